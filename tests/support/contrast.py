"""Contrast of colours, as WCAG 2 defines it."""


def channels(colour):
    """Return red, green and blue of a colour such as `#4e79a7`, from 0 to 1."""
    return [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]


def luminance(parts):
    linear = [
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    ]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(colour, background, opacity=1.0):
    """Return the contrast of a colour that is painted over a background: 1 is none, 21 the most."""
    front, behind = (channels(each) for each in (colour, background))
    mixed = [opacity * a + (1 - opacity) * b for a, b in zip(front, behind, strict=True)]
    low, high = sorted(map(luminance, (mixed, behind)))
    return (high + 0.05) / (low + 0.05)
