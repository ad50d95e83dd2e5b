from domain.countries import CountryTable
from domain.theatres import NOWHERE, Theatres
from tests.unit.edition_files import SHIPPED

COUNTRIES = CountryTable.from_files(SHIPPED)
THEATRES = Theatres.from_files(SHIPPED, COUNTRIES)


def test_a_text_without_any_name_has_no_scope() -> None:
    assert THEATRES.infer("The minister opened a bakery.") == NOWHERE


def test_the_country_of_most_mentions_decides_between_theatres() -> None:
    scope = THEATRES.infer("Syrian troops left Homs. Damascus said so. An Iraqi official agreed.")
    assert scope.theatres == ("syria",)
    assert scope.home == ("SY",)
    assert "IQ" in scope.countries
    assert "LB" in scope.neighbours


def test_a_war_outside_every_theatre_falls_back_to_the_countries_named() -> None:
    scope = THEATRES.infer("Peruvian soldiers fought in Peru.")
    assert scope.theatres == ()
    assert scope.home == ("PE",)
    assert scope.theatre == "PE"


def test_the_order_of_evidence_does_not_change_the_scope() -> None:
    actors = [("syria",), ("iraq", "syria"), ("iraq",), ("iraq",)]
    places = [("SY",), ("IQ", "SY")]
    one = THEATRES.infer("", actors, places)
    assert one == THEATRES.infer("", reversed(actors), reversed(places))
    assert one.theatres == ("iraq", "syria")
