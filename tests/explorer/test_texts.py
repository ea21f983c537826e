"""Texts of the explorer's page: in both languages, and there for all that asks for one."""

import re
from importlib import resources

PAGE = resources.files("firth.explorer") / "page"
SCRIPTS = {
    entry.name: entry.read_text("utf-8") for entry in PAGE.iterdir() if entry.name.endswith(".js")
}
TEXTS = SCRIPTS["i18n.js"]


ERRORS = r"^    errors: {\n(.*?)^    },"


def part_of(language):
    return re.search(rf"^  {language}: {{\n(.*?)^  }},", TEXTS, re.DOTALL | re.MULTILINE)[1]


def keys(part):
    # Names in strings are none.
    return set(
        re.findall(r"(?:^ +|, )(\w+): ", re.sub(r'"[^"]*"|`[^`]*`', "_", part), re.MULTILINE)
    )


def names_of(language):
    """Return the names of the texts of a language, without errors."""
    return keys(re.sub(ERRORS, "", part_of(language), flags=re.DOTALL | re.MULTILINE))


def errors_of(language):
    """Return the names of the errors that the page tells in its own words."""
    return keys(re.search(ERRORS, part_of(language), re.DOTALL | re.MULTILINE)[1])


def asked():
    """Return the names that the page and its scripts ask for."""
    html = (PAGE / "index.html").read_text("utf-8")
    found = set(re.findall(r'data-i18n(?:-label|-title|-placeholder)?="(\w+)"', html))
    for name, script in SCRIPTS.items():
        if name != "i18n.js":
            found |= set(re.findall(r'\btext\("(\w+)"', script))
            # text(isThis ? "one" : "other")
            for choice in re.findall(r'\btext\((?!")([^;]*?\? "\w+" : "\w+")', script):
                found |= set(re.findall(r'"(\w+)"', choice.split("?")[-1]))
    return found


def test_both_languages_have_the_same_texts():
    english, chinese = names_of("en"), names_of("zh")
    assert len(english) > 80
    assert english == chinese


def test_errors_of_the_page_itself_are_told_in_both_languages():
    """The service's own are English already."""
    english, chinese = errors_of("en"), errors_of("zh")
    assert "no_server" in english
    assert english < chinese


def test_each_text_that_is_asked_for_is_there():
    assert len(asked()) > 80
    assert asked() - names_of("en") == set()


def test_each_button_of_the_map_says_what_it_does():
    html = (PAGE / "index.html").read_text("utf-8")
    buttons = re.findall(r"<button (.*?)>", html, re.DOTALL)
    assert len(buttons) > 15
    # The button of the language names the other one.
    silent = [each for each in buttons if "-label=" not in each and "-title=" not in each]
    assert [re.search(r'id="(\w+)"', each)[1] for each in silent] == ["language"]
