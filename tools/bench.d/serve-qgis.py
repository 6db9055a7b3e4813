"""Makes the QGIS project that QGIS Server serves: usage serve-qgis.py GPKG PROJECT."""
import os
import sys

os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsCoordinateReferenceSystem, QgsProject, QgsVectorLayer

QgsApplication([], False).initQgis()
project = QgsProject.instance()
layer = QgsVectorLayer(sys.argv[1] + "|layername=communes", "communes", "ogr")
if not layer.isValid():
    sys.exit(f"{sys.argv[1]} could not be opened")
layer.setShortName("communes")
project.addMapLayer(layer)
project.writeEntry("WFSLayers", "/", [layer.id()])
project.writeEntry("WFSLayersPrecision", "/" + layer.id(), 7)
project.setCrs(QgsCoordinateReferenceSystem("EPSG:4326"))
project.setTitle("bench")
project.write(sys.argv[2])
os._exit(0)  # QGIS may crash while it takes itself down
