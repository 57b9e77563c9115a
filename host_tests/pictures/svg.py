"""Just enough SVG: boxes, arrows and text, for light and dark pages."""

from xml.sax.saxutils import escape

STYLE = (
    "text{font:13px 'DejaVu Sans Mono',Menlo,Consolas,monospace;fill:#1f2328}"
    ".quiet{fill:#656d76}"
    ".head{font-weight:bold;text-anchor:middle}"
    ".mid{text-anchor:middle}"
    "line,path{stroke:#57606a;stroke-width:1.2;fill:none}"
    ".life{stroke:#d0d7de}"
    "rect{fill:#f6f8fa;stroke:#8c959f}"
    ".page{fill:#ffffff;stroke:none}"
)


class Drawing:
    """`width` and `height` in pixels."""

    def __init__(self, width, height):
        self.width = width
        self.height = height
        self._parts = []

    def text(self, x, y, text, kind=""):
        self._parts.append('<text x="%d" y="%d" class="%s">%s</text>' % (x, y, kind, escape(text)))

    def box(self, x, y, width, height):
        form = '<rect x="%d" y="%d" width="%d" height="%d" rx="4"/>'
        self._parts.append(form % (x, y, width, height))

    def line(self, x1, y1, x2, y2, kind="life"):
        form = '<line x1="%d" y1="%d" x2="%d" y2="%d" class="%s"/>'
        self._parts.append(form % (x1, y1, x2, y2, kind))

    def arrow(self, x1, y1, x2, y2):
        """From one point to the other, straight along one axis."""
        self.line(x1, y1, x2, y2, "")
        dx, dy = (x2 > x1) - (x2 < x1), (y2 > y1) - (y2 < y1)
        tips = [(x2 - 7 * dx + s * 4 * dy, y2 - 7 * dy + s * 4 * dx) for s in (1, -1)]
        form = '<path d="M%d %d L%d %d L%d %d"/>'
        self._parts.append(form % (tips[0] + (x2, y2) + tips[1]))

    def __str__(self):
        head = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d">'
        page = '<rect class="page" width="%d" height="%d"/>' % (self.width, self.height)
        lines = [head % (self.width, self.height, self.width), "<style>%s</style>" % STYLE, page]
        return "\n".join(lines + self._parts + ["</svg>", ""])
