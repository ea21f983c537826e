"""The entry point of the command: `firth`, or `python -m firth`.

Ctrl-C is handled before anything is imported that takes long.
"""


def main() -> None:
    """Run the command."""
    try:
        from firth.console import catch_interrupts, prepare_streams

        catch_interrupts()
        prepare_streams()
    except KeyboardInterrupt:
        _end_at_once()
    from firth.cli import main

    main()


def _end_at_once() -> None:
    import os

    os.write(2, b"firth: interrupted\n")
    os._exit(130)


if __name__ == "__main__":
    main()
