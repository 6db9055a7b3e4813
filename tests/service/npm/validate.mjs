// Reads one JSON line a check from stdin, writes one line a fault: what the published validators say of
// what the service answers. usage: node validate.mjs < checks
import { check as checkGeojson } from "@placemarkio/check-geojson";
import { Validator } from "@seriousme/openapi-schema-validator";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";
import { VectorTile } from "@mapbox/vector-tile";
import Protobuf from "pbf";
import { createInterface } from "node:readline";

const schemas = new Map();
let count = 0;
const say = (where, what) => console.log(`${where}: ${String(what).slice(0, 400)}`);

// OpenAPI 3.0 schemas are those of an older draft, schemas of collections those of 2020-12.
function compiled(schema, draft) {
  const key = draft + JSON.stringify(schema);
  if (!schemas.has(key)) {
    const ajv = draft === "2020" ? new Ajv2020({ strict: false, allErrors: true }) : new Ajv({ strict: false, allErrors: true });
    addFormats(ajv);
    const { $id, ...plain } = schema;
    schemas.set(key, ajv.compile(plain));
  }
  return schemas.get(key);
}

const kinds = {
  geojson({ where, body }) {
    try {
      checkGeojson(body);
    } catch (e) {
      say(where, (e.issues ?? [e]).map((i) => i.message).join("; "));
    }
  },
  async openapi({ where, body }) {
    const validator = new Validator();
    const result = await validator.validate(JSON.parse(body));
    if (!result.valid) say(where, JSON.stringify(result.errors));
    else if (validator.version !== "3.0") say(where, `version ${validator.version}`);
  },
  schema({ where, schema, value, draft }) {
    const test = compiled(schema, draft);
    if (!test(value)) say(where, JSON.stringify(test.errors));
  },
  // A tile's features as lon/lat, back to whoever asked: id, properties, type, rings in tile units.
  tile({ where, body }) {
    const tile = new VectorTile(new Protobuf(new Uint8Array(Buffer.from(body, "base64"))));
    const layers = Object.values(tile.layers).map((layer) => ({
      name: layer.name, version: layer.version, extent: layer.extent,
      features: Array.from({ length: layer.length }, (_, i) => {
        const f = layer.feature(i);
        return { id: f.id, type: f.type, properties: f.properties, rings: f.loadGeometry().map((r) => r.map((p) => [p.x, p.y])) };
      }),
    }));
    console.log(JSON.stringify({ where, layers }));
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const check = JSON.parse(line);
  try {
    await kinds[check.kind](check);
  } catch (e) {
    say(check.where, e.stack);
  }
  count++;
}
console.error(count);
