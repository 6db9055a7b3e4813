"""Care and territories of the fictional region: doctors, facilities, groupings, perimeters."""

import plan
from ground import chance, grid

MERGED = ("96290", 2)          # an old commune that passed into another, and its doctors
SPLIT = ("96291", 5)           # an old commune that was cut in two, 0.6 and 0.4
UNKNOWN = "96998"              # a code that no file of communes knows
LIGHTHOUSE_KM = (-68.0, 26.0)  # a pharmacy out at sea, 40 km from any road


def letters(ground, text):
    """The letter of the plan under each commune; None where it says none."""
    cells = grid(text)
    return {i: None if cells[c.cell[:2]] == "-" else cells[c.cell[:2]]
            for i, c in ground.communes.items()}


def doctors(ground):
    """Whole doctors per commune: what the living area would have, in the communes that are large
    enough, carried over from one to the next so that the area's total holds."""
    count = {}
    basin = letters(ground, plan.BASINS)
    for pole in sorted(plan.BASIN_POLES):
        members = sorted((c for i, c in ground.communes.items() if basin[i] == pole),
                         key=lambda c: (-c.population, c.code))
        owed = sum(c.population for c in members) * plan.DOCTORS[pole] / 1000
        served = [c for c in members if c.population > 900 and c.kind not in "mioE"] or members[:1]
        total = sum(c.population for c in served)
        carry = 0.0
        for c in served:
            carry += owed * c.population / total
            count[c.code] = int(carry)
            carry -= int(carry)
    return {code: n for code, n in count.items() if n > 0}


def doctors_of_2018(ground):
    """The same doctors by the codes of 2018, when two communes had other names."""
    count = doctors(ground)
    by_kind = [c for c in sorted(ground.communes.values(), key=lambda c: c.code)
               if c.kind == "p" and count.get(c.code, 0) >= 1]
    heir, first, second = by_kind[0].code, by_kind[1].code, by_kind[2].code
    for code, gone in ((heir, 1), (first, 1), (second, 1)):
        count[code] -= gone
    old = {code: n for code, n in count.items() if n > 0}
    old[MERGED[0]], old[SPLIT[0]] = MERGED[1], SPLIT[1]
    passage = [(MERGED[0], heir, "1"), (SPLIT[0], first, "0.6"), (SPLIT[0], second, "0.4")]
    return old, passage


def maternities(ground):
    out = []
    for k, (cell, name, status) in enumerate(plan.MATERNITIES):
        commune = ground.communes[ground.at(cell)[0]]
        out.append((f"9600{k + 1:05d}", name, commune.code, status,
                    (commune.town[0] + 0.25, commune.town[1] + 0.15)))
    return out


def pharmacies(ground):
    """(id, name, status, place): one for each 2,600 people, none in the smallest communes."""
    out = []
    odd = {7: "prévu", 19: "fermé", 23: "temps partiel"}
    for commune in sorted(ground.communes.values(), key=lambda c: c.code):
        wanted = min(9, max(1, round(commune.population / 2600)))
        if commune.kind in "omE" or (commune.kind == "p" and commune.population < 800):
            continue
        for k in range(wanted):
            n = len(out) + 1
            place = (commune.town[0] + (chance("px", commune.code, k) - 0.5) * 0.8,
                     commune.town[1] + (chance("py", commune.code, k) - 0.5) * 0.8)
            number = f" no {k + 1}" if wanted > 1 else ""
            out.append((f"ph-{n:03d}", f"Pharmacie {commune.name}{number}",
                        odd.get(n, "ouvert"), place))
    out.append((f"ph-{len(out) + 1:03d}", "Pharmacie du Phare de l’Œil-Noir", "ouvert",
                LIGHTHOUSE_KM))
    return out


def groupings(ground):
    """Rows (code, name, living area, its name, EPCI, its name) in order of code."""
    basin, epci = letters(ground, plan.BASINS), letters(ground, plan.EPCIS)
    poles = {k: ground.communes[ground.at(cell)[0]] for k, cell in plan.BASIN_POLES.items()}
    rows = []
    for i, c in ground.communes.items():
        pole = poles[basin[i]]
        title = plan.CITY if pole.kind == "A" else pole.name
        rows.append((c.code, c.name, pole.code, title,
                     *(plan.EPCI_NAMES[epci[i]] if epci[i] else ("ZZZZZZZZZ", "Sans EPCI"))))
    return sorted(rows)


def on_call(ground):
    """Rows (code, sector, its name) in order of code."""
    sector = letters(ground, plan.ON_CALL)
    return sorted((c.code, *plan.ON_CALL_NAMES[sector[i]]) for i, c in ground.communes.items())


def instead(ground, prefix, places):
    """Rows (id, name, code, status) of what stands in for a doctor close by, in the plan's order."""
    return [(f"{prefix}-{k + 1:02d}", name, ground.communes[ground.at(cell)[0]].code, status)
            for k, (cell, name, status) in enumerate(places)]


def perimeters(ground):
    """Rows (id, name, status, contact, code, since, by, shared, why, zone) in order of the plan,
    then of code."""
    home = letters(ground, plan.CPTS)
    rows = []
    for letter, pid, name, status, contact, extra in plan.PERIMETERS:
        codes = {c.code for i, c in ground.communes.items() if home[i] == letter and c.kind != "E"}
        for more in extra:
            codes |= {c.code for c in ground.communes.values() if is_at(c, more)}
        about = (pid, name, status, contact)
        rows += [(*about, code, *plan.SINCE[letter], *shared(ground, letter, code),
                  zone(letter, code)) for code in sorted(codes)]
        if letter == "L":
            rows.append((*about, UNKNOWN, *plan.SINCE[letter], "", "", ""))
    return rows


def is_at(commune, place):
    """`place` is a cell of the plan, or an arrondissement of the city."""
    if isinstance(place, str):
        return commune.name.startswith(f"{plan.CITY} {place}")
    return commune.cell[:2] == place and commune.kind != "E"


def shared(ground, letter, code):
    """What is said of sharing on purpose: whether, and why."""
    who, place, why = plan.ON_PURPOSE
    here = letter == who and any(c.code == code and is_at(c, place)
                                 for c in ground.communes.values())
    return ("oui", why) if here else ("", "")


def zone(letter, code):
    who, names = plan.ZONES
    return names[code[:2]] if letter == who else ""


def given_up(ground):
    """Rows (id, name, status, since, by, code): what two CPTS of today have taken up."""
    home = letters(ground, plan.CPTS)
    *about, letters_of = plan.GIVEN_UP
    codes = sorted(c.code for i, c in ground.communes.items()
                   if home[i] and home[i] in letters_of and c.kind != "E")
    return [(*about, code) for code in codes]


def pta(ground):
    """Rows (id, name, status, since, by, code): a whole département."""
    *about, department = plan.PTA
    return [(*about, c.code) for c in sorted(ground.communes.values(), key=lambda c: c.code)
            if c.code[:2] == department]
