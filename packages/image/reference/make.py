"""Writes pillow.json: what Pillow makes of pictures drawn by a formula, for the tests beside ../src.

Run with Debian's python3-pil:  /usr/bin/python3 make.py
"""
import base64
import json
import pathlib

import PIL
from PIL import Image, ImageOps


def drawn(width, height):
    """The same pixels as `drawn` in drawn.ts: slopes, edges and something like noise."""
    data = bytearray()
    for y in range(height):
        for x in range(width):
            data += bytes([
                (x * 7 + y * 13 + (x * y) % 11 * 5) % 256,
                255 if (x // 3 + y // 5) % 2 else (x * x + y) % 97,
                (x * 31 ^ y * 17) % 256,
            ])
    return Image.frombytes("RGB", (width, height), bytes(data))


def packed(image):
    return base64.b64encode(image.tobytes()).decode()


resizes = []
for source, target in [
    ((37, 53), (16, 16)), ((37, 53), (90, 71)), ((37, 53), (37, 20)), ((37, 53), (61, 53)), ((40, 30), (40, 30)),
    ((300, 200), (7, 5)), ((5, 4), (48, 33)), ((1, 1), (3, 2)), ((129, 3), (10, 9)), ((64, 64), (28, 28)), ((97, 64), (96, 65)),
]:
    result = drawn(*source).resize(target, Image.BILINEAR)
    resizes.append({"from": source, "to": target, "rgb": packed(result)})

planes = []
for source, target in [((13, 11), (5, 4)), ((7, 7), (24, 17)), ((1, 9), (6, 2))]:
    result = drawn(*source).convert("F").resize(target, Image.BILINEAR)
    planes.append({"from": source, "to": target, "values": packed(result)})


def short_side(image, side, crop):
    """torchvision: Resize(side), CenterCrop(crop) (functional.py, `_compute_resized_output_size` and `center_crop`)."""
    w, h = image.size
    short, long = (w, h) if w <= h else (h, w)
    new_short, new_long = side, int(side * long / short)
    image = image.resize((new_short, new_long) if w <= h else (new_long, new_short), Image.BILINEAR)
    w, h = image.size
    ch, cw = crop
    if cw > w or ch > h:
        left, top = max(0, (cw - w) // 2), max(0, (ch - h) // 2)
        right, bottom = max(0, (cw - w + 1) // 2), max(0, (ch - h + 1) // 2)
        image = ImageOps.expand(image, (left, top, right, bottom), fill=0)
        w, h = image.size
    top, left = int(round((h - ch) / 2.0)), int(round((w - cw) / 2.0))
    return image.crop((left, top, left + cw, top + ch))


def long_side(image, side, size):
    """Pillow: contain, then in the middle of black."""
    image = ImageOps.contain(image, (side, side), Image.BILINEAR)
    page = Image.new("RGB", (size[1], size[0]))
    page.paste(image, ((size[1] - image.width) // 2, (size[0] - image.height) // 2))
    return page


fits = []
for source in [(53, 37), (37, 53), (40, 40), (201, 10)]:
    for side, size in [(20, (16, 16)), (21, (16, 16)), (23, (18, 14)), (12, (16, 16))]:
        fits.append({"from": source, "resize": f"short-side {side}, centre crop", "size": size, "rgb": packed(short_side(drawn(*source), side, size))})
    for side, size in [(16, (16, 16)), (15, (17, 20))]:
        fits.append({"from": source, "resize": f"long-side {side}, pad", "size": size, "rgb": packed(long_side(drawn(*source), side, size))})

luma = drawn(32, 24).convert("L")

out = {
    "pillow": PIL.__version__,
    "resizes": resizes,
    "planes": planes,
    "fits": fits,
    "luma": {"from": [32, 24], "gray": packed(luma)},
    "gray": {"from": [33, 21], "to": [12, 10], "gray": packed(drawn(33, 21).convert("L").resize((12, 10), Image.BILINEAR))},
}
pathlib.Path(__file__).with_name("pillow.json").write_text(json.dumps(out, indent=1) + "\n")
