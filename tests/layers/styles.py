"""Styles inside GeoPackages: the rules put every feature in one class, that of the layer's legend.

SQLite evaluates the rules' conditions on the very table: another program than QGIS and than ours."""

import os
import sqlite3
import sys
import xml.etree.ElementTree as xml

sys.path.insert(0, os.path.join(os.environ["SOURCE"], "tests/cli"))
import kit
from kit import check, same

OGC = "{http://www.opengis.net/ogc}"
SLD = "{http://www.opengis.net/sld}"


def export():
    study, workspace, to = kit.copy_study(kit.SAMPLE), os.path.join(kit.scratch(), "w.maille"), kit.scratch()
    kit.maille("run", study, "-w", workspace, "--to", to)
    kit.maille("export", "-w", workspace, "--to", to, "--format", "gpkg")
    return to


def legends():
    """{layer: colours of each legend} of layers/*.yaml, read by their plain form."""
    out = {}
    folder = os.path.join(os.environ["SOURCE"], "layers")
    for name in os.listdir(folder):
        if name.endswith(".yaml"):
            parts = kit.read(os.path.join(folder, name)).split("missing: ")[1:]
            out[name[:-5]] = [[x.split('"')[1] for x in part.split("colour: ")[1:]] for part in parts]
    return out


def styles(path):
    db = sqlite3.connect(path)
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'layer_styles'").fetchone():
        return db, []
    return db, db.execute("SELECT f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault "
                          "FROM layer_styles ORDER BY fid").fetchall()


def colour_of(symbol):
    r, g, b, _ = next(o.get("value") for o in symbol.iter("Option") if o.get("name") == "color").split(",")
    return f"#{int(r):02x}{int(g):02x}{int(b):02x}"


def test_every_feature_is_in_one_class_of_the_legend():
    folder, wanted, seen = export(), legends(), 0
    check("a layer of two legends", len(wanted["communes"]) == 2)
    for name in kit.with_contexts(kit.LAYERS, "bv", "epci", "pdsa"):
        legends_of = wanted[name.split("-")[0] if name.startswith("contexte-") else name]
        db, rows = styles(os.path.join(folder, name + ".gpkg"))
        drawn = []
        same(f"{name}: one default", sum(r[5] for r in rows), 1 if rows else 0)
        count = db.execute(f'SELECT COUNT(*) FROM "{name}"').fetchone()[0]
        for table, column, title, qml, sld, _ in rows:
            same(f"{name}: of the table", (table, column), (name, "geom"))
            tree = xml.fromstring(qml[qml.index("<qgis"):])
            rules = tree.findall("renderer-v2/rules/rule")
            symbols = {s.get("name"): s for s in tree.findall("renderer-v2/symbols/symbol")}
            drawn.append([colour_of(symbols[r.get("symbol")]) for r in rules[:-1]])
            same(f"{name}: the last is for what is left", rules[-1].get("filter"), "ELSE")
            conditions = [r.get("filter") for r in rules[:-1]]
            sums = " + ".join(f"COALESCE(({c}), 0)" for c in conditions)
            most = db.execute(f'SELECT MAX({sums}) FROM "{name}"').fetchone()[0]
            check(f"{name} {title}: no feature in two classes", most is None or most <= 1, most)
            none = db.execute(f'SELECT COUNT(*) FROM "{name}" WHERE {sums} = 0').fetchone()[0]
            seen += count - none
            sld_rules = xml.fromstring(sld.encode()).iter(SLD + "Rule")
            names = [{p.text for p in r.iter(OGC + "PropertyName")} for r in sld_rules]
            same(f"{name} {title}: as many rules in the SLD", len(names), len(rules))
            check(f"{name}: they ask one property", len(set().union(*names)) == 1, names)
        same(f"{name}: a style of each legend, in its colours", [x for k, x in enumerate(drawn) if x not in drawn[:k]],
             legends_of)
    check("many features were classed", seen > 500, seen)


kit.main(globals())
