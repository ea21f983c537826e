"""A team of threads that loses members."""

from firth.cluster.local_team import LocalTeam
from firth.training.engines.recovery import WorkersLost


class ThreadTeam(LocalTeam):
    def __init__(self, size, engine="hogwild"):
        super().__init__(size, engine)
        self.starts = 0
        self.lose_in = {}  # how often a member is lost in a call of a method
        self.lose_after = []  # calls of "train" after which a member is lost, one number a start

    @property
    def members(self):
        return self._members

    def start(self):
        super().start()
        self.starts += 1
        self.trained = 0

    def call_each(self, method, arguments):
        self._lose_in(method)
        if method == "train":
            self.trained += 1
            if self.lose_after and self.trained > self.lose_after[0]:
                self.lose_after.pop(0)
                self.close()
                raise WorkersLost("worker 1 was lost")
        return super().call_each(method, arguments)

    def call_first(self, method, *arguments):
        self._lose_in(method)
        return super().call_first(method, *arguments)

    def _lose_in(self, method):
        if self.lose_in.get(method, 0) > 0:
            self.lose_in[method] -= 1
            self.close()
            raise WorkersLost("worker 1 was lost")
