"""The plan of the fictional region: what lies where, on a grid that people can read and redraw.

One character a cell; every second row stands half a cell to the right. Nothing here is computed.
"""

#  ~ sea                          . beyond the edge of the study
#  p village   t small town       s suburb   A city, cut into four arrondissements
#  m mountain  v mountain town    n commune of the neighbouring region (département 99)
#  i island with its own roads    o island without a road   b island with a bridge
#  e village with an enclave inside
LAND = """
~~~~~~~~~~~~~~~~
~~~~~~ppp~~.....
~~~~~pptppp.....
~o~~~pepppppn...
~~~b~ppspptpnn..
~~~~~tsAspppppn.
~~~~psssppptpn..
~~~~~ppppppvmm..
~~~~~pptppmmmmm.
~~ii~~ppppmvmmm.
~~~~~~~ptppmmm..
~~~~~~~~~~~.....
"""

# The perimeter that each commune belongs to; - none.
CPTS = """
~~~~~~~~~~~~~~~~
~~~~~~NNN~~.....
~~~~~NNNNN-.....
~-~~~NNNNN--E...
~~~L~LMMMEEEEE..
~~~~~LMMMMEEEEE.
~~~~LLMMM-EEEE..
~~~~~LDDS-HHHH..
~~~~~DDDSSHHHCC.
~~--~~SSSSCCC--.
~~~~~~~SSSSC--..
~~~~~~~~~~~.....
"""

# Living areas (bassins de vie), the unit of the zoning.
BASINS = """
~~~~~~~~~~~~~~~~
~~~~~~nnn~~.....
~~~~~nnnnne.....
~n~~~nnnneeee...
~~~w~wcccceeee..
~~~~~wccccrrrrr.
~~~~wwcccrrrrr..
~~~~~wsssrvvvv..
~~~~~ssssdvvmmm.
~~ss~~sdddmmmmm.
~~~~~~~ddddmmm..
~~~~~~~~~~~.....
"""

# Groupings of communes (EPCI); - none, as an island may have.
EPCIS = """
~~~~~~~~~~~~~~~~
~~~~~~aaa~~.....
~~~~~aaaaab.....
~-~~~aaabbbbh...
~~~d~dcccbbbhh..
~~~~~dcccceeeeh.
~~~~ddccceeeeh..
~~~~~dffffggee..
~~~~~ffffggggee.
~~ff~~ffffggggg.
~~~~~~~ffffggg..
~~~~~~~~~~~.....
"""

# On-call sectors of the evenings and weekends (PDSA), older than most of the above.
ON_CALL = """
~~~~~~~~~~~~~~~~
~~~~~~nnn~~.....
~~~~~nnnnnn.....
~n~~~nnneeeee...
~~~l~lcceeeeee..
~~~~~lcccaaaaee.
~~~~llccaaaaae..
~~~~~lvvvaaahh..
~~~~~vvvvahhhhh.
~~vv~~vvvhhhhhh.
~~~~~~~vvvhhhh..
~~~~~~~~~~~.....
"""

# The river runs between these two rows, from the mountains to the sea; it is crossed only between
# the pairs of cells (column, row) named here.
RIVER = (5, 6)
BRIDGES = [((7, 5), (6, 6)), ((7, 5), (7, 6)), ((11, 5), (11, 6))]

# The motorway, cell by cell, and the cells where one can leave it.
MOTORWAY = [(7, 5), (8, 5), (9, 5), (10, 5), (11, 5), (12, 5), (13, 5), (14, 5)]
INTERCHANGES = [(7, 5), (8, 5), (11, 5), (14, 5)]

# Islands: cells, by how much they shrink, and how far they move (km east, km north).
ISLANDS = [
    ([(1, 3)], 0.45, (1.0, 0.0)),
    ([(2, 9), (3, 9)], 0.55, (1.5, 0.0)),
    ([(3, 4)], 0.6, (4.0, 0.0)),
]
BRIDGED_ISLAND = ((3, 4), (5, 4))
ISLET_OF = (4, 6)  # a commune of the coast with an islet: two polygons

CITY = "Valmorans"
ENCLAVE = "Saint-Orens-l’Enclos"
# Names that belong to a place; the others are dealt out in order.
NAMED = {
    (7, 2): "Port-Ésquel", (10, 4): "Brévannes-en-Marche", (5, 5): "Les Sables-d’Aurze",
    (11, 6): "Montaubriac", (11, 7): "Pont-de-Lédre", (7, 8): "La Ferté-Valmore",
    (11, 9): "Saint-Ambrin-les-Cols", (8, 10): "Castelmourre", (6, 3): "Orsanne",
    (1, 3): "Île-aux-Moines-Gris", (2, 9): "Kermazan-en-Île", (3, 9): "Le Bourg-d’Oulle",
    (3, 4): "Île-de-Trébarne", (4, 6): "Les Grèves-Saint-Éloi", (7, 4): "Chantelune",
    (6, 5): "Aurzay-le-Pont", (8, 5): "Bellerive-Neuve", (6, 6): "Outreaurze",
    (7, 6): "Saint-Maclin", (8, 6): "Varzelles", (5, 6): "Hœuvres-sur-Mer",
    (14, 9): "Notre-Dame-du-Névé", (14, 8): "Col-d’Arbize", (13, 9): "Les Hauts-de-Vrille",
}
NAMES = [
    "Aigremourt", "Arsigné", "Aubéliac", "Auzerolles", "Baillargeac", "Beaumesnil-le-Gué",
    "Bérouville", "Boisgrault", "Bréhémont-la-Lande", "Cazelanne", "Chamblézy", "Champ-Rouvray",
    "Charmoise", "Chênevières", "Clairvivre-sur-Aurze", "Combe-Noire", "Corvésy", "Coulmières",
    "Damprévert", "Doulcé", "Échavanne", "Épinoy-le-Franc", "Esclaucourt", "Étrembières-la-Grange",
    "Faucigny-le-Bas", "Fontarelle", "Fresnoy-aux-Ormes", "Gâtinaud", "Genestrelle", "Grandrupt",
    "Haut-Vernois", "Héricy-la-Tour", "Jarzé-l’Abbaye", "Jouvençon", "L’Hermiterie", "La Bâtisse",
    "La Croix-Morvan", "Lanvérec", "Le Mesnil-Ourdon", "Le Plessis-Âtre", "Les Essarts-Gris",
    "Lignerac", "Longuesserre", "Louvraie", "Malaubert", "Marcigné", "Méreuil-le-Sec",
    "Mirevaux", "Montgaillac", "Nançoise", "Néouvielle-Basse", "Noirétable-le-Haut", "Orbeville",
    "Ouzilly-la-Forêt", "Pérignac-le-Vif", "Pierrelongue", "Quémeneuc", "Rancevaux", "Roquesèche",
    "Rouvière", "Saint-Aubert", "Saint-Cyprin", "Sainte-Mélaine", "Sauveplane", "Sévéragues",
    "Taillefontaine", "Tréguidan", "Urvillers-le-Petit", "Valcivière", "Vézelanne", "Vieux-Cosne",
    "Villebrume", "Voulaines", "Ygrande-la-Neuve",
]

BASIN_POLES = {
    "n": (7, 2), "e": (10, 4), "c": (7, 5), "w": (5, 5), "r": (11, 6), "v": (11, 7), "s": (7, 8),
    "m": (11, 9), "d": (8, 10),
}
EPCI_NAMES = {
    "a": ("249600011", "CC de la Côte du Nord"), "b": ("249600029", "CC des Marches"),
    "c": ("249600037", "Valmorans Métropole"), "d": ("249600045", "CA du Littoral d’Aurze"),
    "e": ("249600052", "CC Aurze Amont"), "f": ("249600060", "CC du Pays de Valmore"),
    "g": ("249600078", "CC des Hautes Vallées"), "h": ("249900015", "CC du Val de Sarre-Neuve"),
}

# id, name, status as people spell it, contact, cells claimed beside the map (arrondissements by number)
PERIMETERS = [
    ("M", "cpts-metropole", "CPTS Valmorans Métropole", "En fonctionnement",
     "contact@cpts-metropole.example", []),
    ("L", "cpts-littoral", "CPTS du Littoral", "Contractualisée", "bonjour@cpts-littoral.example",
     [(6, 5), (6, 6)]),
    ("N", "cpts-nord", "CPTS Côte du Nord", "Projet validé", "", [(7, 4)]),
    ("E", "cpts-confins", "CPTS des Confins", "contractualisee", "", []),
    ("D", "cpts-deux-rives", "CPTS des Deux Rives", "EN FONCTIONNEMENT",
     "secretariat@cpts-deux-rives.example", ["3e", "4e"]),
    ("S", "cpts-sud", "CPTS du Sud valmorien", "projet transmis", "", []),
    ("H", "cpts-hautes-vallees", "CPTS des Hautes Vallées", "Lettre d’intention", "", []),
    ("C", "cpts-cols", "CPTS Cols et Causses", "Idée", "", [(10, 8), (11, 8), (11, 7)]),
]

# Since when each has its status, as people write dates, and who accompanied it.
SINCE = {
    "M": ("2021-09-01", "URPS"), "L": ("15/03/2022", "URPS"), "N": ("2024-11-05", "ARS"),
    "E": ("2023", "URPS"), "D": ("12/01/2022", "URPS"), "S": ("2025-06-30", ""),
    "H": ("01/10/2025", "ARS"), "C": ("", ""),
}
# Shared on purpose, by one of the two that claim it: perimeter, cell or arrondissement, why.
ON_PURPOSE = ("D", "3e", "deux équipes se partagent l’arrondissement")
# Sub-zones of one perimeter, by the département of the commune.
ZONES = ("E", {"96": "Marches", "99": "Sarre"})
# Perimeters of other files: a CPTS that was given up, in place of two of today, and a PTA.
GIVEN_UP = ("cpts-pays-d-orsanne", "CPTS du Pays d’Orsanne", "Abandonnée", "2022-06-30", "URPS", "NM")
PTA = ("pta-aurze", "PTA de l’Aurze", "En fonctionnement", "2020", "ARS", "96")

ON_CALL_NAMES = {
    "n": ("96-01", "Garde de la Côte du Nord"), "e": ("96-02", "Garde des Marches"),
    "c": ("96-03", "Garde de Valmorans"), "l": ("96-04", "Garde du Littoral"),
    "a": ("96-05", "Garde de l’Aurze amont"), "v": ("96-06", "Garde du Pays de Valmore"),
    "h": ("96-07", "Garde des Hautes Vallées"),
}

# Jobs per 100 inhabitants, by kind of place: least and most.
JOBS = {"A": (55, 85), "t": (40, 65), "s": (25, 45), "v": (25, 45), "i": (15, 25), "o": (5, 15),
        "E": (4, 10)}
OTHER_JOBS = (8, 24)

# Inhabitants by age: first and last year of each band, its part where few and where many are old.
AGES = [(0, 14, 0.20, 0.12), (15, 29, 0.21, 0.11), (30, 44, 0.20, 0.15), (45, 59, 0.19, 0.21),
        (60, 74, 0.13, 0.24), (75, "", 0.07, 0.17)]
WITHHELD = (1, 3)  # an island of so few people that their illnesses are not told

# General practitioners per 1,000 inhabitants that each living area would have.
DOCTORS = {"n": 0.58, "e": 0.72, "c": 0.86, "w": 0.98, "r": 0.55, "v": 0.75, "s": 0.64, "m": 0.40,
           "d": 0.40}
MATERNITIES = [  # cell, name, status, number
    ((7, 5), "Centre hospitalier de Valmorans", "ouvert"),
    ((7, 2), "Hôpital de Port-Ésquel", "Ouvert"),
    ((11, 7), "Hôpital de Pont-de-Lédre", "fermé"),
]
# What stands in for a doctor close by: cell, name, status.
TELECONSULTATION = [
    ((14, 9), "Cabine de téléconsultation de la mairie", "ouvert"),
    ((13, 10), "Cabine de téléconsultation de la maison France services", "ouvert"),
    ((2, 9), "Point de téléconsultation de la pharmacie", "ouvert"),
    ((12, 4), "Cabine de téléconsultation du relais de Sarre", "ouvert"),
]
VISITING = [  # a day a month: open part of the time
    ((12, 9), "Consultation avancée, le premier mardi du mois", "temps partiel"),
    ((1, 3), "Consultation avancée, par le bateau du mois", "temps partiel"),
    ((10, 3), "Consultation avancée suspendue", "fermé"),
    ((9, 10), "Consultation avancée, le dernier jeudi du mois", "temps partiel"),
]
SECOND_PRACTICES = [  # of a doctor who has the main one elsewhere
    ((13, 8), "Cabinet secondaire de la vallée", "temps partiel"),
    ((5, 8), "Cabinet secondaire du marché", "temps partiel"),
    ((10, 6), "Cabinet secondaire du val", "temps partiel"),
]
