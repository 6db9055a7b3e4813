"""The command line itself."""

import json
import os
import re
import subprocess

import kit
from kit import check, same

COMMANDS = ["run", "init", "import", "compute", "check", "export", "times", "access", "network", "token",
            "backup", "serve"]
LATER = ["draft", "map", "report", "isochrone"]
work = kit.scratch()
workspace, layers = os.path.join(work, "w.maille"), os.path.join(work, "layers")
study = os.path.join(kit.SAMPLE, "study.yaml")


def test_help():
    whole = kit.maille("-h").stdout
    same("three ways to ask", (kit.maille("--help").stdout, kit.maille("help").stdout), (whole, whole))
    same("without a command", kit.maille(expect=2).stderr, whole)
    for name in COMMANDS:
        check(f"{name} is listed", f"maille {name} " in whole)
        p = kit.maille(name, "-h")
        check(f"{name} -h tells its usage", p.stdout.startswith(f"Usage: maille {name} "), p.stdout)
        same("nothing else is said", p.stderr, "")
        same("--help too", kit.maille(name, "--help").stdout, p.stdout)
        same("before anything is judged", kit.maille(name, "--nonsense", "-h").stdout, p.stdout)
        check("lines fit a terminal", max(len(x) for x in p.stdout.split("\n")[2:]) <= 100)
    check("version", kit.maille("--version").stdout.startswith("maille "))


def test_every_option_is_in_the_help():
    """Option tables stand in the source as {"name", 'x', …}."""
    found = 0
    for name in os.listdir(os.path.join(kit.SOURCE, "src/cli")):
        if not name.startswith("cmd_"):
            continue
        text = kit.read(os.path.join(kit.SOURCE, "src/cli", name))
        for option in set(re.findall(r'\{"([a-z-]+)", (?:0|\'.\'),', text)) - {"quiet", "audience", "json", "force"}:
            found += 1
            check(f"{name}: --{option}", f"--{option}" in text.split("const command")[-1] or
                  any(f"--{option}" in part for part in text.split("const command")[1:]))
    check("options were found", found > 30, found)


def test_what_is_not_made_yet_is_absent():
    whole = kit.maille("-h").stdout
    for name in LATER:
        check(f"{name} is not listed", f"maille {name} " not in whole)
        kit.refused(name, [name], 2, name)
        kit.refused(f"{name} -h", [name, "-h"], 2, name)


def test_usage_errors():
    kit.refused("a command", ["runn", study], 2, "runn")
    for name in COMMANDS:
        kit.refused(f"{name}: an option", [name, "--nonsense"], 2, "--nonsense", f"maille {name} -h")
        kit.refused(f"{name}: a letter", [name, "-Z"], 2, "-Z")
    for arguments, word in ((["run"], "study"), (["run", study, study], "2 were given"), (["run", study, "-w"], "-w"),
                            (["run", study, "--jobs", "0"], "--jobs"), (["run", study, "--jobs", "many"], "many"),
                            (["run", study, "--audience", "prive"], "prive"), (["run", study, "--format", "shp"], "shp"),
                            (["init"], "workspace"), (["init", "a", "b"], "workspace"),
                            (["init", "a", "--crs", "lambert"], "lambert"), (["compute"], "-w"), (["check"], "-w"),
                            (["export", "-w", "x"], "--to"), (["export", "--to", "x"], "-w"),
                            (["export", "-w", "x", "--to", "y", "--format", "shp"], "shp"),
                            (["check", "-w", "x", "--fail-on", "nothing"], "nothing"), (["import", "-w", "x"], "KIND"),
                            (["import", "supply", "-w", "x"], "KIND or FILE"), (["import", "supply", "f"], "-w"),
                            (["times"], "--roads"), (["access"], "--times"), (["network"], "info")):
        before = sorted(os.listdir(work))
        kit.refused(" ".join(arguments), arguments, 2, word, cwd=work)
        same("nothing is made", sorted(os.listdir(work)), before)


def test_json_and_quiet():
    told = json.loads(kit.maille("run", study, "-w", workspace, "--to", layers, "--json").stdout)
    same("layers", [x["id"] for x in told["layers"]],
         kit.with_contexts(kit.LAYERS, "bv", "epci", "pdsa"))
    for x in told["layers"]:
        same(f"{x['id']}: path and bytes", os.path.getsize(x["path"]), x["bytes"])
        data = kit.layer(layers, x["id"])
        same(f"{x['id']}: features", x["features"], len(data["features"]))
        same("hash", data["workspace_hash"], told["workspace_hash"])
    same("audience and lacking", (told["audience"], told["lacking"]), ("interne", []))
    states = json.loads(kit.maille("compute", "-w", workspace, "--json").stdout)
    same("fresh steps", {x["state"] for x in states}, {"fresh"})
    found = json.loads(kit.maille("check", "-w", workspace, "--json", expect=5).stdout)
    keys = {"gravite", "genre", "objet", "a", "b", "codes", "population", "constat", "piste"}
    check("findings", len(found) > 5 and all(set(f) == keys for f in found))
    p = kit.maille("export", "communes", "-w", workspace, "--to", layers, "--json")
    same("export", [x["id"] for x in json.loads(p.stdout)["layers"]], ["communes"])
    for arguments, code in ((["run", study, "-w", workspace, "--to", layers, "-q"], 0),
                            (["compute", "-w", workspace, "--force", "--quiet"], 0), (["check", "-w", workspace, "-q"], 5),
                            (["export", "-w", workspace, "--to", layers, "-q"], 0),
                            (["init", os.path.join(work, "new.maille"), "-q"], 0)):
        p = kit.maille(*arguments, expect=code)
        same(" ".join(arguments), (p.stdout, p.stderr), ("", ""))


def test_check_and_its_threshold():
    everything = kit.maille("check", "-w", workspace, expect=5)
    kit.maille("check", "-w", workspace, "--fail-on", "warning", expect=5)
    kit.maille("check", "-w", workspace, "--fail-on", "error", expect=5)
    check("in words", "chevauchement" in everything.stdout and "erreur" in everything.stdout)
    calm = kit.copy_study(kit.SAMPLE)
    kit.replace(calm, "publication: ", "overlaps: partage, publication: ")
    other = os.path.join(kit.scratch(), "w.maille")
    kit.maille("run", calm, "-w", other)
    kit.maille("check", "-w", other, "--fail-on", "error")
    kit.maille("check", "-w", other, expect=5)
    empty = os.path.join(kit.scratch(), "w.maille")
    kit.maille("init", empty)
    kinds_found = lambda **how: [f["genre"] for f in json.loads(kit.maille("check", "-w", empty, "--json", **how).stdout)]
    same("an empty one is told", kinds_found(), ["vide"])
    kit.maille("import", "communes", os.path.join(kit.SAMPLE, "communes.geojson"), "-w", empty)
    same("what was never computed is no peace", kinds_found(expect=5), ["non-calcule"])
    kit.maille("compute", "-w", empty)
    same("computed", [g for g in kinds_found(expect=None) if g == "non-calcule"], [])


def test_words_of_an_import_are_judged():
    workspace = os.path.join(kit.scratch(), "w.maille")
    kit.maille("init", workspace)
    supply = os.path.join(kit.SAMPLE, "medecins-generalistes-2018.csv")
    for option, value in (("--vintage", "demain"), ("--service", "A B"), ("--crs", "EPSG:0")):
        words = {"--service": "medecin_generaliste", "--fields": "code=code,count=medecins", option: value}
        kit.refused(f"{option} {value}", ["import", "supply", supply, "-w", workspace,
                                          *(f"{k}={v}" for k, v in words.items())], 2, value)
    kit.refused("a CRS that is none", ["init", workspace + "2", "--crs", "EPSG:99999"], 3, "99999")
    kit.refused("a CRS in degrees", ["init", workspace + "2", "--crs", "EPSG:4326"], 3, "4326")
    check("no workspace is left", not os.path.exists(workspace + "2"))
    kit.refused("a flag with a value", ["check", "-w", workspace, "--quiet=1"], 2, "--quiet")


def test_unknown_names():
    kit.refused("a layer", ["export", "communs", "-w", workspace, "--to", layers], 4, "communs", "communes")
    kit.refused("one of several", ["export", "communes", "nope", "-w", workspace, "--to", os.path.join(work, "no")], 4, "nope")
    check("nothing is written", not os.path.exists(os.path.join(work, "no")))
    kit.refused("a step", ["compute", "coverages", "-w", workspace], 4, "coverages")
    kit.refused("a kind", ["import", "commune", study, "-w", workspace], 2, "commune")


def test_options_end_where_they_are_told_to():
    odd = os.path.join(kit.scratch(), "-w.maille")
    kit.maille("init", "--", os.path.basename(odd), cwd=os.path.dirname(odd))
    check("a name like an option", os.path.exists(odd))


def test_a_full_disk_is_no_success():
    if not os.path.exists("/dev/full"):
        return
    for arguments in (["export", "communes", "-w", workspace, "--to", layers], ["-h"], ["--version"], ["run", "-h"],
                      ["check", "-w", workspace, "--json"], ["compute", "-w", workspace]):
        with open("/dev/full", "w") as full:
            p = subprocess.run([kit.MAILLE, *arguments], stdout=full, stderr=subprocess.PIPE, text=True)
        same(f"{arguments[0]} to a full disk", p.returncode, 1)


def test_commands_by_hand_are_a_run():
    """init, import each source, compute, export: the layers of the study but for its rules."""
    by_hand, to = os.path.join(kit.scratch(), "w.maille"), kit.scratch()
    kit.maille("init", by_hand, "--crs", "EPSG:2154")

    def load(kind, name, fields, *more, vintage="2026-01-01"):
        kit.maille("import", kind, os.path.join(kit.SAMPLE, name), "-w", by_hand, "--fields", fields, "--vintage",
                   vintage, "--source", "Région fictive (générateur de Maille)", "--licence", "CC0", *more)

    load("communes", "communes.geojson", "code=code,name=nom,population=population")
    load("centres", "centres.csv", "code=code,lon=lon,lat=lat")
    load("roads", "routes.geojson", "from=depart,to=arrivee,length_m=longueur_m,speed_kmh=vitesse_kmh", "--directed")
    load("perimeters", "cpts.csv", kit.CPTS_FIELDS, "--perimeter-kind", "cpts")
    load("perimeters", "cpts-abandonnees.csv", "id=id,name=nom,status=statut,since=depuis,by=accompagnement,code=code")
    kit.maille("compute", "-w", by_hand)
    kit.maille("export", "communes", "cpts", "cpts-chevauchements", "cpts-zones-blanches", "-w", by_hand, "--to", to)
    for name in ("communes", "cpts", "cpts-chevauchements", "cpts-zones-blanches"):
        same(name, kit.layer(to, name)["features"], kit.layer(layers, name)["features"])
    p = kit.maille("import", "auto", os.path.join(kit.SAMPLE, "groupements.csv"), "-w", by_hand, "--dry-run", expect=None)
    check("a dry run is told or refused", p.returncode == 3 or "dry run" in p.stdout, p.stdout + p.stderr)


kit.main(globals())
