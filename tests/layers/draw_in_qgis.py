"""QGIS itself opens each GeoPackage, takes the style inside, and draws the classes of the legend.
Run by Debian's own Python, whose QGIS it is; argument: a folder of GeoPackages."""

import glob
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import (QgsApplication, QgsMapRendererParallelJob, QgsMapSettings,  # noqa: E402
                       QgsVectorLayer)
from qgis.PyQt.QtCore import QSize  # noqa: E402

application = QgsApplication([], False)
application.initQgis()
failed = 0


def check(what, holds, seen=""):
    global failed
    if not holds:
        failed += 1
        print("  FAIL", what, seen, flush=True)


def drawn(layer):
    settings = QgsMapSettings()
    settings.setLayers([layer])
    settings.setOutputSize(QSize(600, 600))
    settings.setExtent(layer.extent())
    settings.setDestinationCrs(layer.crs())
    job = QgsMapRendererParallelJob(settings)
    job.start()
    job.waitForFinished()
    return job.renderedImage()


drawings = 0
for path in sorted(glob.glob(os.path.join(sys.argv[1], "*.gpkg"))):
    name = os.path.basename(path)[:-5]
    layer = QgsVectorLayer(f"{path}|layername={name}", name, "ogr")
    check(f"{name} opens", layer.isValid())
    if not layer.isSpatial() or layer.featureCount() == 0:
        continue
    message, loaded = layer.loadDefaultStyle()
    check(f"{name} has a style that QGIS takes", loaded, message)
    check(f"{name} is drawn by rules", layer.renderer().type() == "RuleRenderer", layer.renderer().type())
    rules = layer.renderer().rootRule().children()
    labels = [rule.label() for rule in rules]
    check(f"{name} has labels", len(labels) > 1 and all(labels), labels)
    image = drawn(layer)
    colours = {image.pixelColor(x, y).name() for x in range(0, 600, 2) for y in range(0, 600, 2)}
    classes = {rule.symbol().color().name() for rule in rules}
    check(f"{name} shows colours of its legend", colours & classes, f"{len(colours)} colours, {sorted(classes)}")
    drawings += 1
    if len(sys.argv) > 2:
        image.save(os.path.join(sys.argv[2], name + ".png"))
check("most layers were drawn", drawings >= 10, drawings)
print("FAIL" if failed else "ok  ", "QGIS draws the layers by their own styles", flush=True)
os._exit(1 if failed else 0)  # QGIS may crash while it takes itself down
