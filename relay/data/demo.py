"""The demo database: a small shop, the same on every machine."""

import os
import random
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from .declaration import Declaration

NAME = "demo"
_SCHEMA = """
CREATE TABLE cities (city_id INTEGER PRIMARY KEY, name TEXT NOT NULL, country TEXT NOT NULL);
CREATE TABLE customers (
    customer_id INTEGER PRIMARY KEY, name TEXT NOT NULL,
    city_id INTEGER NOT NULL REFERENCES cities (city_id), since DATE NOT NULL
);
CREATE TABLE products (
    product_id INTEGER PRIMARY KEY, name TEXT NOT NULL, category TEXT NOT NULL, price REAL NOT NULL
);
CREATE TABLE orders (
    order_id INTEGER PRIMARY KEY,
    customer_id INTEGER NOT NULL REFERENCES customers (customer_id), ordered DATE NOT NULL
);
CREATE TABLE order_lines (
    order_id INTEGER NOT NULL REFERENCES orders (order_id),
    product_id INTEGER NOT NULL REFERENCES products (product_id), quantity INTEGER NOT NULL,
    PRIMARY KEY (order_id, product_id)
);
CREATE VIEW sales AS
    SELECT o.ordered, c.name AS customer, t.name AS city, p.name AS product, p.category,
        l.quantity, round(l.quantity * p.price, 2) AS amount
    FROM order_lines l JOIN orders o USING (order_id) JOIN customers c USING (customer_id)
    JOIN cities t USING (city_id) JOIN products p USING (product_id);
"""
_CITIES = [
    ("Amsterdam", "Netherlands"),
    ("Lisbon", "Portugal"),
    ("Nairobi", "Kenya"),
    ("Osaka", "Japan"),
    ("São Paulo", "Brazil"),
    ("Toronto", "Canada"),
    ("Wellington", "New Zealand"),
    ("Zürich", "Switzerland"),
]
_FIRST = ["Ada", "Chidi", "Elif", "Hana", "Jon", "Lucía", "Mei", "Noor", "Olga", "Tomás"]
_LAST = ["Costa", "Haddad", "Kim", "Lindqvist", "Moreau", "Okafor", "Sato", "Varga", "Wright"]
_PRODUCTS = [
    ("Espresso beans", "coffee", 12.5),
    ("Filter beans", "coffee", 11.0),
    ("Green tea", "tea", 8.25),
    ("Rooibos", "tea", 6.75),
    ("Kettle", "equipment", 49.0),
    ("Hand grinder", "equipment", 79.9),
    ("Cups", "equipment", 24.0),
    ("Dark chocolate", "sweets", 4.2),
]
_ORDERS = 2000
_FIRST_DAY = date(2025, 1, 1)


def demo_declaration(path: Path) -> Declaration:
    return Declaration(
        name=NAME,
        engine="sqlite",
        path=str(path),
        users=("*",),
        description="A small shop to try SQL on: customers, products, orders, and the view sales.",
    )


def ensure_demo(path: Path) -> None:
    """Make the file unless it is there; whoever looks sees all of it or nothing."""
    if path.exists():
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        made = Path(folder) / path.name
        with closing(sqlite3.connect(made)) as database, database:
            _fill(database)
        os.replace(made, path)


def _fill(database: sqlite3.Connection) -> None:
    chance = random.Random(1)
    names = [f"{first} {last}" for first in _FIRST for last in _LAST]
    days = [_FIRST_DAY + timedelta(days=day) for day in range(500)]
    database.executescript(_SCHEMA)
    _insert(database, "cities", [(n, *city) for n, city in enumerate(_CITIES, 1)])
    _insert(database, "products", [(n, *product) for n, product in enumerate(_PRODUCTS, 1)])
    customers = [
        (n, name, chance.randint(1, len(_CITIES)), chance.choice(days).isoformat())
        for n, name in enumerate(names, 1)
    ]
    _insert(database, "customers", customers)
    ordered = sorted(chance.choices(days, k=_ORDERS))
    orders = [
        (n, chance.randint(1, len(names)), day.isoformat()) for n, day in enumerate(ordered, 1)
    ]
    _insert(database, "orders", orders)
    lines = [
        (order, product, chance.randint(1, 5))
        for order in range(1, _ORDERS + 1)
        for product in chance.sample(range(1, len(_PRODUCTS) + 1), chance.randint(1, 4))
    ]
    _insert(database, "order_lines", lines)


def _insert(
    database: sqlite3.Connection, table: str, rows: Sequence[tuple[int | str | float, ...]]
) -> None:
    places = ", ".join("?" * len(rows[0]))
    database.executemany(f"INSERT INTO {table} VALUES ({places})", rows)
