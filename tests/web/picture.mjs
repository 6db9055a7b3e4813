/* Pictures of the guide: 1200 pixels wide, WebP, taken by the tests of the journeys. They are written into the guide only
 * when MAILLE_GUIDE=1 (tools/guide), else beside the other pictures of the build. */
import * as fs from "node:fs";
import path from "node:path";
import { BUILD, mapIdle, SOURCE } from "./kit.mjs";

const SIZE = { width: 1200, height: 720 };
const MOST_BYTES = 100 * 1024;
const QUALITIES = [0.86, 0.75, 0.6, 0.45];

export const pictureFolder = () =>
    process.env.MAILLE_GUIDE === "1" ? path.join(SOURCE, "src/web/aide/images") : path.join(BUILD, "web-shots/aide");

/** Chromium itself writes WebP. */
function encode(page, png, quality) {
    return page.evaluate(
        async ([data, wanted]) => {
            const image = new Image();
            image.src = `data:image/png;base64,${data}`;
            await image.decode();
            const canvas = Object.assign(document.createElement("canvas"), { width: image.width, height: image.height });
            canvas.getContext("2d").drawImage(image, 0, 0);
            return canvas.toDataURL("image/webp", wanted).split(",")[1];
        },
        [png, quality],
    );
}

/** A picture of the page as it stands: `name` is that of the file, without its ending. `size` where 1200 × 720 does not tell it. */
export async function picture(page, name, { size = SIZE } = {}) {
    const before = page.viewportSize();
    await page.setViewportSize(size);
    if (await page.evaluate(() => Boolean(window.maille?.view?.map))) await mapIdle(page);
    const png = (await page.screenshot()).toString("base64");
    await page.setViewportSize(before);
    const helper = await page.context().newPage();
    let bytes = null;
    for (const quality of QUALITIES) {
        bytes = Buffer.from(await encode(helper, png, quality), "base64");
        if (bytes.length <= MOST_BYTES) break;
    }
    await helper.close();
    if (bytes.length > MOST_BYTES) throw new Error(`${name} has ${bytes.length} bytes, ${MOST_BYTES} at most`);
    fs.mkdirSync(pictureFolder(), { recursive: true });
    fs.writeFileSync(path.join(pictureFolder(), `${name}.webp`), bytes);
}
