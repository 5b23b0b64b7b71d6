"""The taxonomy and its crosswalks are consistent with each other."""

import csv
import re
from pathlib import Path

import pytest

REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
CROSSWALKS = ["crosswalk_fiverr.csv", "crosswalk_freelancer.csv", "crosswalk_upwork.csv"]
FAMILIES = {
    "accounting_consulting",
    "admin_support",
    "customer_service",
    "data_science_analytics",
    "design_creative",
    "engineering_architecture",
    "it_networking",
    "legal",
    "sales_marketing",
    "translation",
    "web_mobile_software",
    "writing",
}


def read(name: str) -> list[dict[str, str]]:
    with (REFERENCE / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


TAXONOMY = read("taxonomy.csv")
FAMILY_OF = {row["niche"]: row["family"] for row in TAXONOMY}


def test_taxonomy_has_its_columns_and_is_sorted():
    assert list(TAXONOMY[0]) == [
        "family",
        "family_name",
        "niche",
        "niche_name",
        "definition",
        "isco08",
        "soc2018",
    ]
    keys = [(row["family"], row["niche"]) for row in TAXONOMY]
    assert keys == sorted(keys)


def test_twelve_families_each_with_one_name_and_two_or_more_niches():
    assert {row["family"] for row in TAXONOMY} == FAMILIES
    assert len({(row["family"], row["family_name"]) for row in TAXONOMY}) == 12
    for family in FAMILIES:
        assert sum(row["family"] == family for row in TAXONOMY) >= 2, family


def test_sixty_to_eighty_niches_with_unique_ids_and_names():
    assert 60 <= len(TAXONOMY) <= 80
    assert len(FAMILY_OF) == len(TAXONOMY)
    assert len({row["niche_name"] for row in TAXONOMY}) == len(TAXONOMY)
    assert not FAMILY_OF.keys() & FAMILIES


@pytest.mark.parametrize("row", TAXONOMY, ids=lambda row: row["niche"])
def test_niche_is_well_formed(row):
    assert re.fullmatch(r"[a-z][a-z0-9]*(_[a-z0-9]+)*", row["niche"])
    assert re.fullmatch(r"[1-9]\d{3}", row["isco08"])
    assert re.fullmatch(r"\d{2}-\d{4}", row["soc2018"])
    assert re.fullmatch(r"[A-Z][^.]*\.", row["definition"]), "one sentence"


@pytest.mark.parametrize("name", CROSSWALKS)
def test_crosswalk_points_into_the_taxonomy(name):
    for row in read(name):
        assert row["family"] in FAMILIES | {""}, row
        if row["niche"]:
            assert FAMILY_OF.get(row["niche"]) == row["family"], row
        if not row["family"]:
            assert row["note"], f"an unmapped label says why: {row}"
        assert re.fullmatch(r"\d{4}(-\d{2}){0,2}", row["as_of"]), row


@pytest.mark.parametrize("name", CROSSWALKS)
def test_crosswalk_labels_are_unique_and_sorted(name):
    rows = read(name)
    assert list(rows[0]) == ["label", "family", "niche", "as_of", "note"]
    labels = [row["label"] for row in rows]
    assert labels == sorted(set(labels))


@pytest.mark.parametrize("name", ["taxonomy.csv", *CROSSWALKS])
def test_file_is_clean_text(name):
    text = (REFERENCE / name).read_bytes().decode("utf-8")
    assert "\r" not in text and "\ufeff" not in text
    assert text.endswith("\n") and not text.endswith("\n\n")
    for row in read(name):
        assert all(value == value.strip() for value in row.values()), row


def test_every_niche_is_reached_by_a_label():
    reached = {row["niche"] for name in CROSSWALKS for row in read(name)}
    assert FAMILY_OF.keys() <= reached


def test_upwork_service_maps_alike_with_and_without_its_category():
    rows = {row["label"]: (row["family"], row["niche"]) for row in read("crosswalk_upwork.csv")}
    categories = {label.split(" > ")[0] for label in rows if " > " in label}
    for label, target in rows.items():
        if " > " not in label:
            continue
        category, service = label.split(" > ", 1)
        assert target[0] == rows[category][0], label
        if service not in categories:
            assert rows.get(service, target) == target, label


def test_upwork_category_labels_give_the_family_only():
    rows = {row["label"]: row for row in read("crosswalk_upwork.csv")}
    categories = {label.split(" > ")[0] for label in rows if " > " in label}
    assert len(categories) == 12
    assert {rows[category]["family"] for category in categories} == FAMILIES
    assert not any(rows[category]["niche"] for category in categories)
