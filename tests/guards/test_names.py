"""A name stands for one thing, and none of the names that were given up comes back."""

from collections import defaultdict
from pathlib import PurePath

from support.sources import PRODUCT, definitions, sources

LOOKED_FOR_BY_NAME = {"Meta"}  # inside a class: marshmallow and WTForms ask for it

# Modules that were renamed, by package: what they hold now stands under a plainer name, or the name is somebody else's.
OLD_MODULES = {
    "cases": "acts adding asking beside gathering house house_file house_lines house_references house_schema "
    "house_values keys many_acts reorganisation seeing ticks together unwritten wire written kept_leases",
    "notifications": "acts adding around asking at_hand breaker chains circle circles day_words limits mail mailings "
    "needless outgoing page rights roles rows telling told unfollowing verdicts web_addresses",
    "workers": "at_once clock listening looking morning one_house relaying stuck tick_letters turns wake workplace "
    "housekeeping",
    "web": "around asking at_once choosing happenings limits mine names offering plain_words pulse reaching "
    "reading_requests running sentences several showing translated whole_case whose answers questions",
}
OLD_ROOMS = {"cases/town", "cases/records", "commands", "proof", "bench"}
OLD_CLASSES = {
    *("Work", "Happening", "Happened", "EventTold", "Circle", "Around", "Beside", "Fresh", "Changed", "Unwritten"),
    *("Gathering", "Act", "Tick", "House", "OneHouse", "Teller", "Told", "Sheet", "Placed", "Letterhead", "Pace"),
    *("KeptLease", "Workplace", "Mailing", "CaseQuestions", "NoQuestions", "Truth", "OneWord", "Trouble"),
}
EVERYWHERE = (*PRODUCT, "tests")


def test_a_class_name_stands_for_one_thing():
    places = defaultdict(list)
    for path, tree in sources(*EVERYWHERE).items():
        for name, node in definitions(tree):
            if hasattr(node, "bases") and not (node.name in LOOKED_FOR_BY_NAME and "." in name):
                places[node.name].append(f"{path}:{node.lineno}")
    assert {name: found for name, found in places.items() if len(found) > 1} == {}


def test_no_old_name_of_a_module_comes_back():
    old = {package: set(names.split()) for package, names in OLD_MODULES.items()}
    paths = [PurePath(path) for path in sources()]
    assert [str(path) for path in paths if path.stem in old.get(path.parts[0], ())] == []


def test_no_old_room_comes_back():
    folders = {parent.as_posix() for path in sources() for parent in PurePath(path).parents}
    assert folders & OLD_ROOMS == set()


def test_no_old_name_of_a_class_comes_back():
    found = {
        f"{path}: {node.name}"
        for path, tree in sources(*EVERYWHERE).items()
        for _, node in definitions(tree)
        if hasattr(node, "bases") and node.name in OLD_CLASSES
    }
    assert found == set()
