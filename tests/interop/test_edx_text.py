"""Titles put right by their address, and what sentences about prerequisites ask for."""

from __future__ import annotations

import pytest

from credpath.interop.edx_knowledge import is_softened, knowledge
from credpath.interop.edx_references import Course, CourseNames, place_in_series
from credpath.interop.edx_statements import statements
from credpath.interop.edx_titles import TitleRepair, slug_of

REPAIR = TitleRepair(
    [
        ("Machine Learning on Microsoft Azure", "https://www.edx.org/learn/x/u-machine-learning-on-microsoft-azure"),
        ("AI for Everyone", "https://www.edx.org/learn/x/u-ai-for-everyone"),
    ]
)


def named(cell: str) -> list[str]:
    """All subjects that a whole cell asks for."""
    return [label for statement in statements(cell) for label in knowledge(statement)]


@pytest.mark.parametrize(
    ("title", "slug", "repaired"),
    [
        ("Remote Work Revolutionfor Everyone", "u-remote-work-revolution-for-everyone",
         "Remote Work Revolution for Everyone"),
        ("EntrepreneurialOperations: Launching aStartup", "u-entrepreneurial-operations-launching-a-startup",
         "Entrepreneurial Operations: Launching a Startup"),
        ("CS50's Web Programmingwith Python andJavaScript", "u-cs50-s-web-programming-with-python-and-javascript",
         "CS50's Web Programming with Python and JavaScript"),
        ("Six Sigma Part 2: Analyze,Improve, Control", "u-six-sigma-analyze-improve-control",
         "Six Sigma Part 2: Analyze, Improve, Control"),
        ("Data Structures &Algorithms Using  C++", "u-data-structures-algorithms-using-c",
         "Data Structures & Algorithms Using C++"),
        ("Inglés para todos: nivelbásico", "u-ingles-para-todos-nivel-basico", "Inglés para todos: nivel básico"),
        ("Chartered BlockchainAnalyst - CBA®️ Level 1", "u-chartered-blockchain-analyst-cba-r-level-1",
         "Chartered Blockchain Analyst - CBA®️ Level 1"),
        ("Development with Node.js", "u-development-with-node-js", "Development with Node.js"),
        ("The Electrical Properties of th…", "u-the-electrical-properties-of-the-neuron",
         "The Electrical Properties of the Neuron"),
        ("Production using Micr…", "u-production-using-microsoft-azure", "Production using Microsoft Azure"),
        ("Programming with Java I:…", "u-programming-with-java-i-foundations", "Programming with Java I: Foundations"),
        ("Soft Matter Science (chemistr…", "u-soft-matter-science-chemistry", "Soft Matter Science (chemistry)"),
        ("Sensing the Diversity ofLife and Ecosy…", "edna-01x", "Sensing the Diversity ofLife and Ecosy…"),
        ("JavaScript and GitHub", "edna-01x", "JavaScript and GitHub"),
    ],
)  # fmt: skip
def test_a_title_gets_its_spaces_and_its_end_from_the_address(title: str, slug: str, repaired: str) -> None:
    assert REPAIR.repair(title, slug) == repaired


@pytest.mark.parametrize(
    ("text", "slug", "repaired"),
    [
        ("Massachusetts Institute of Techn…", "massachusetts-institute-of-technology-ai-for-everyone",
         "Massachusetts Institute of Technology"),
        ("École polytechnique fédérale de L…", "ecole-polytechnique-federale-de-lausanne-ai-for-everyone",
         "École polytechnique fédérale de Lausanne"),
        ("Dartmouth CollegeIMT", "dartmouth-college-ai-for-everyone", "Dartmouth College, IMT"),
        ("The University of Maryland, CollegePark…", "the-university-of-maryland-college-park-ai-for-everyone",
         "The University of Maryland, College Park"),
        ("edX", "edx-ai-for-everyone", "edX"),
        ("Another", "some-university-ai-for-everyone", "Another"),
    ],
)  # fmt: skip
def test_an_institution_gets_its_end_from_the_address_and_is_cut_from_the_next(
    text: str, slug: str, repaired: str
) -> None:
    assert REPAIR.institution(text, "AI for Everyone", slug) == repaired


def test_the_last_part_of_an_address_is_what_counts() -> None:
    assert slug_of("https://www.edx.org/learn/x/U-Course?index=1#top") == "u-course"


@pytest.mark.parametrize(
    "cell",
    [
        "None", "None.", "none", "N/A", "Ninguno.", "Aucun", "Pas de prérequis.", "No prerequisites", "None enforced",
        "There are no prerequisites for this course.", "No se necesitan saberes previos",
        "No previous experience necessary!", "No prior knowledge of ChatGPT is needed.",
        "An up-to-date browser is recommended to enable programming directly in a browser-based interface.",
        "Access to a computer with a reliable Internet connection is essential.",
        "Windows OS is required to run ArcGIS Pro software.", "A desire to learn is required.",
        "Curiosity and interest in cybersecurity",
        "This course is designed for those who have never programmed before.",
        "Este curso está dirigido a toda persona interesada en la inteligencia artificial.",
        "Previous probability or statistics background not required.",
        "希望进一步提高汉语水平", "",
    ],
)  # fmt: skip
def test_what_asks_for_nothing_gives_nothing(cell: str) -> None:
    assert named(cell) == []


@pytest.mark.parametrize(
    ("cell", "subjects"),
    [
        ("Basic algebra", ["Basic algebra"]),
        ("High school algebraHigh school geometry", ["High school algebra", "High school geometry"]),
        ("Knowledge of HTML, CSS, JavaScript and Git/GitHub", ["HTML", "CSS", "JavaScript", "Git/GitHub"]),
        ("Knowledge of:GitHubHTML & CSSPython", ["GitHub", "HTML", "CSS", "Python"]),
        ("secondary school (high-school) algebrabasic mathematics concepts",
         ["secondary school algebra", "basic mathematics concepts"]),
        ("The student should be familiar with the basics of electricity.", ["electricity"]),
        ("Prerequisites for the course are basic knowledge of the Java programming language.",
         ["Java programming language"]),
        ("Differential and integral calculus", ["Differential and integral calculus"]),
        ("First courses in statistics, linear algebra, and computing.", ["statistics", "linear algebra", "computing"]),
        ("A solid grounding in computer architecture will be helpful", ["computer architecture"]),
        ("No formal prerequisites are required however a basic understanding of biology may be useful.", ["biology"]),
        ("Some knowledge of economics would be helpful, but is not required.", ["economics"]),
        ("Experience with R, Python and/or SQL is required", ["R", "Python", "SQL"]),
        ("Basics of solid mechanics", ["solid mechanics"]),
        ("The prerequisites are undergraduate basic biology.", ["undergraduate basic biology"]),
        ("Therefore, basic math skills are necessary.", ["basic math skills"]),
        ("Conocimientos básicos de programación.", ["programación"]),
        ("Se requieren conocimientos previos de Economía y Estadística.", ["Economía", "Estadística"]),
        ("Understanding of Cloud Computing concepts and terminology", ["Cloud Computing concepts"]),
        ("Conocimientos sobre lenguajes de programación y lenguajes para la manipulación de datos (SQL)",
         ["lenguajes de programación"]),
        ("Cálculo integral y cálculo diferencial", ["Cálculo integral", "cálculo diferencial"]),
        ("Connaissances de base; notion d’algèbre linéaire", ["algèbre linéaire"]),
        ("Basic understanding of a language such as C/C++.Access to a Windows computer is needed", []),
        ("Secondary school (high school) mathematics and chemistry高校数学、物理、化学",
         ["Secondary school mathematics", "chemistry"]),
    ],
)  # fmt: skip
def test_subjects_are_named_by_short_phrases(cell: str, subjects: list[str]) -> None:
    assert named(cell) == subjects


def test_what_follows_the_audience_is_no_prerequisite() -> None:
    assert named("Formación previa en gestión de proyectos.¿A quién está dirigido este curso?Directores") == [
        "gestión de proyectos"
    ]


def test_what_would_only_help_is_told_from_what_is_asked_for() -> None:
    assert is_softened("Experience is helpful but not required")
    assert not is_softened("Experience is required")


@pytest.mark.parametrize(
    ("title", "place"),
    [
        ("Statistics 1 Part 2: Statistical Methods", ("statistics", (1, 2))),
        ("Probability and Statistics III: A Gentle Introduction", ("probability and statistics", (3,))),
        ("Introduction to Java Programming – Part 1", ("introduction to java programming", (1,))),
        ("Computer Science 101", ("computer science 101", ())),
        ("Justice", ("justice", ())),
    ],
)
def test_a_numbered_title_has_a_place_in_its_series(title: str, place: tuple[str, tuple[int, ...]]) -> None:
    assert place_in_series(title)[1] == place[1]
    assert place[1] == () or place_in_series(title) == place


COURSES = CourseNames(
    [
        Course("cs50x", "CS50's Introduction to Computer Science", "Harvard", ("p1", "p2")),
        Course("cs50g", "CS50's Introduction to Game Development", "Harvard", ("p1",)),
        Course("lin", "Linear Algebra", "MIT"),
        Course("fat", "Fat Chance: Probability from the Ground Up", "Harvard"),
        Course("cf", "Corporate Finance", "NYIF"),
        Course("b1", "Bookkeeping Part 1: First Steps", "ACCA"),
        Course("b2", "Bookkeeping Part 2: Next Steps", "ACCA"),
        Course("ux", "UX Design", "HEC"),
    ],
    {"p1": "Computer Science for Games", "p2": "Computer Science for the Web", "p3": "UX Design and Evaluation"},
)
ASKING = Course("me", "Something Else", "Elsewhere", ("p1",))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CS50or prior programming experience", ["cs50x"]),
        ("offered throughCS50’s Introduction to Computer Science, and", ["cs50x"]),
        ("met viaFat Chanceor with another course", ["fat"]),
        ("basic linear algebra", []),
        ("Linear Algebra", ["lin"]),
        ("You should have completed the course Linear Algebra", ["lin"]),
        ("Students should have completed Introduction to Corporate Finance", []),
        ("engaged in the MicroMasters inUX Design and Evaluation", []),
        ("CS500 is another course", []),
    ],
)
def test_a_course_is_found_where_it_is_spelled_as_itself(text: str, found: list[str]) -> None:
    assert [r.credential_id for r in COURSES.find(text, ASKING)] == found


def test_neither_the_course_itself_nor_a_later_part_prepares_for_it() -> None:
    first = Course("b1", "Bookkeeping Part 1: First Steps", "ACCA")
    text = "Bookkeeping Part 1 is further built on in the course Bookkeeping Part 2: Next Steps"
    assert COURSES.find(text, first) == ()
    second = Course("b2", "Bookkeeping Part 2: Next Steps", "ACCA")
    assert [r.credential_id for r in COURSES.find(text, second)] == ["b1"]
