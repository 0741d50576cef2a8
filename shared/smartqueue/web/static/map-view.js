// A canvas of points that pans and zooms. Points are stamped into an image pixel by pixel: drawing shapes one by one
// would take several times as long for 20,000 of them.

const NEAREST = 24; // how far from a point, in CSS pixels, it is still meant
const CLICK = 6; // how far a click may stray
const STEP = 60; // how far an arrow key moves
const CLOSEST = 250; // times the whole map

const rgb = (hex) => [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16));
const packed = ([red, green, blue]) => ((255 << 24) | (blue << 16) | (green << 8) | red) >>> 0;

export class MapView {
  #canvas;
  #context;
  #image = null;
  #pointers = new Map();
  #travelled = 0;
  #awaited = false;
  #ratio = 1;
  // The middle of what shows, and CSS pixels a unit.
  #x = 0;
  #y = 0;
  #scale = 1;
  #isWhole = true;
  #widest = 1;
  #highest = 1;

  // The points, from -1 to 1, as `set` takes them, and for each the number of its colour; the colours as #rrggbb.
  x = new Float32Array(0);
  y = new Float32Array(0);
  colour = new Uint8Array(0);
  colours = [];
  // Rows of points: the one that is chosen, and the path that was taken and is to come.
  chosen = -1;
  path = [];
  ahead = [];

  // A point that the pointer is at (-1 for none) and where that is; one that is clicked, by touch or not; one that the
  // keys come to; the middle's when it should do what a click does.
  onhover = () => {};
  onclick = () => {};
  onkeys = () => {};
  onenter = () => {};

  constructor(canvas) {
    this.#canvas = canvas;
    this.#context = canvas.getContext("2d", { alpha: false });
    new ResizeObserver(() => this.#resize()).observe(canvas);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.redraw());
    canvas.addEventListener("wheel", (event) => this.#wheel(event), { passive: false });
    canvas.addEventListener("pointerdown", (event) => this.#down(event));
    canvas.addEventListener("pointermove", (event) => this.#move(event));
    canvas.addEventListener("pointerup", (event) => this.#up(event));
    canvas.addEventListener("pointercancel", (event) => this.#pointers.delete(event.pointerId));
    canvas.addEventListener("pointerleave", () => this.onhover(-1));
    canvas.addEventListener("keydown", (event) => this.#key(event));
  }

  get #width() {
    return this.#canvas.clientWidth;
  }

  get #height() {
    return this.#canvas.clientHeight;
  }

  // Pixels a unit at which all of it shows.
  get #whole() {
    return Math.max(1, Math.min((this.#width / 2 - 16) / this.#widest, (this.#height / 2 - 16) / this.#highest));
  }

  // The longer way lies along the canvas's.
  set(x, y) {
    [this.x, this.y] = this.#height > this.#width ? [y, x] : [x, y];
    this.chosen = -1;
    this.colour = new Uint8Array(x.length);
    const furthest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-3);
    [this.#widest, this.#highest] = [furthest(this.x), furthest(this.y)];
    this.whole();
  }

  whole() {
    [this.#x, this.#y, this.#scale, this.#isWhole] = [0, 0, this.#whole, true];
    this.redraw();
  }

  // By a factor, about a place in CSS pixels, the middle unless it is told.
  zoom(factor, left = this.#width / 2, top = this.#height / 2) {
    const whole = this.#whole;
    const scale = Math.min(Math.max(this.#scale * factor, whole), whole * CLOSEST);
    const [across, down] = [left - this.#width / 2, top - this.#height / 2];
    this.#x += across / this.#scale - across / scale;
    this.#y += down / this.#scale - down / scale;
    this.#scale = scale;
    this.#pan(0, 0);
  }

  // Chooses a point, and brings it to the middle, near enough to see what is around it.
  visit(row) {
    this.chosen = row;
    [this.#x, this.#y] = [this.x[row], this.y[row]];
    this.#scale = Math.max(this.#scale, this.#whole * 3);
    this.#pan(0, 0);
  }

  // Where a point is, in CSS pixels.
  place(row) {
    return [
      (this.x[row] - this.#x) * this.#scale + this.#width / 2,
      (this.y[row] - this.#y) * this.#scale + this.#height / 2,
    ];
  }

  // The point nearest to a place in CSS pixels, -1 where there is none as near as that.
  nearest(left, top, within = Infinity) {
    const x = (left - this.#width / 2) / this.#scale + this.#x;
    const y = (top - this.#height / 2) / this.#scale + this.#y;
    let [best, least] = [-1, (within / this.#scale) ** 2];
    for (let row = 0; row < this.x.length; row++) {
      const away = (this.x[row] - x) ** 2 + (this.y[row] - y) ** 2;
      if (away < least) [best, least] = [row, away];
    }
    return best;
  }

  redraw() {
    if (this.#awaited) return;
    this.#awaited = true;
    requestAnimationFrame(() => {
      this.#awaited = false;
      this.#draw();
    });
  }

  // Drawing

  #resize() {
    this.#ratio = Math.min(devicePixelRatio, 2);
    this.#canvas.width = Math.max(1, Math.round(this.#width * this.#ratio));
    this.#canvas.height = Math.max(1, Math.round(this.#height * this.#ratio));
    this.#image = null;
    if (this.#isWhole) this.#scale = this.#whole;
    this.redraw();
  }

  // In canvas pixels: larger where there are few, and where one looks closely.
  get #radius() {
    const room = (this.#width * this.#height) / Math.max(1, this.x.length);
    const far = Math.min(Math.max(Math.sqrt(room) / 5, 1.6), 5);
    return Math.min(far * (this.#scale / this.#whole) ** 0.3, 8) * this.#ratio;
  }

  #draw() {
    const { width, height } = this.#canvas;
    const radius = this.#radius;
    const margin = Math.ceil(radius) + 2;
    const across = width + 2 * margin;
    const lines = height + 2 * margin;
    // With a margin, so that no stamp has to be cut.
    if (this.#image?.width !== across || this.#image.height !== lines) {
      this.#image = this.#context.createImageData(across, lines);
    }
    const pixels = new Uint32Array(this.#image.data.buffer);
    const style = getComputedStyle(this.#canvas);
    const ground = rgb(style.getPropertyValue("--card").trim());
    pixels.fill(packed(ground));
    this.#stamps(pixels, across, lines, margin, radius, ground);
    this.#context.putImageData(this.#image, -margin, -margin);
    this.#way(style, radius);
  }

  #stamps(pixels, across, lines, margin, radius, ground) {
    const { inside, edge, shares } = disc(radius, across);
    const fills = this.colours.map((hex) => rgb(hex));
    const whole = fills.map(packed);
    const scale = this.#scale * this.#ratio;
    const left = across / 2 - this.#x * scale;
    const top = lines / 2 - this.#y * scale;
    const [right, bottom] = [across - margin, lines - margin];
    // Where there is room for it, a rim of the ground keeps neighbours of one colour apart.
    const rim = radius >= 3 * this.#ratio ? packed(ground) : null;
    for (let row = 0; row < this.x.length; row++) {
      const x = Math.round(this.x[row] * scale + left);
      const y = Math.round(this.y[row] * scale + top);
      if (x < margin || x >= right || y < margin || y >= bottom) continue;
      const at = y * across + x;
      const number = this.colour[row];
      for (let one = 0; one < inside.length; one++) pixels[at + inside[one]] = whole[number];
      const [red, green, blue] = fills[number];
      for (let one = 0; one < edge.length; one++) {
        const share = shares[one];
        const before = rim ?? pixels[at + edge[one]];
        const mixed = (of, shift) => ((before >>> shift) & 255) + (((of - ((before >>> shift) & 255)) * share) >> 8);
        pixels[at + edge[one]] = (255 << 24) | (mixed(blue, 16) << 16) | (mixed(green, 8) << 8) | mixed(red, 0);
      }
    }
  }

  #way(style, radius) {
    const context = this.#context;
    const at = (row) => this.place(row).map((value) => value * this.#ratio);
    const ratio = this.#ratio;
    const stroke = (rows, dash) => {
      if (rows.length < 2) return;
      context.beginPath();
      for (const row of rows) context.lineTo(...at(row));
      context.setLineDash(dash);
      // A wider line of the ground below keeps it apart from the points.
      for (const [name, width] of [["--card", 6], ["--way", 2.5]]) {
        context.strokeStyle = style.getPropertyValue(name);
        context.lineWidth = width * ratio;
        context.stroke();
      }
      context.setLineDash([]);
    };
    context.lineJoin = "round";
    stroke(this.path, []);
    stroke([...this.path.slice(-1), ...this.ahead], [6 * ratio, 6 * ratio]);
    for (const row of [...this.path, ...this.ahead]) this.#ring(at(row), radius + ratio, style.getPropertyValue("--way"), 2);
    if (this.path.length) this.#ring(at(this.path.at(-1)), radius + 5 * ratio, style.getPropertyValue("--way"), 2.5);
    if (this.chosen >= 0) this.#ring(at(this.chosen), radius + 3 * ratio, style.getPropertyValue("--text"), 2.5);
  }

  #ring([x, y], radius, colour, width) {
    const context = this.#context;
    context.beginPath();
    context.arc(x, y, radius, 0, 2 * Math.PI);
    context.strokeStyle = colour;
    context.lineWidth = width * this.#ratio;
    context.stroke();
  }

  // Moving

  #pan(across, down) {
    const within = (value) => Math.min(Math.max(value, -1), 1);
    this.#x = within(this.#x - across / this.#scale);
    this.#y = within(this.#y - down / this.#scale);
    this.#isWhole = false;
    this.onhover(-1);
    this.redraw();
  }

  #wheel(event) {
    event.preventDefault();
    const lines = event.deltaMode === WheelEvent.DOM_DELTA_LINE ? 20 : 1;
    this.zoom(Math.exp(-event.deltaY * lines * 0.0015), event.offsetX, event.offsetY);
  }

  #down(event) {
    if (event.button !== 0) return;
    this.#canvas.setPointerCapture(event.pointerId);
    if (!this.#pointers.size) this.#travelled = 0;
    this.#pointers.set(event.pointerId, [event.offsetX, event.offsetY]);
  }

  #move(event) {
    const [x, y] = [event.offsetX, event.offsetY];
    const before = this.#pointers.get(event.pointerId);
    if (!before) {
      const row = this.nearest(x, y, NEAREST);
      this.#canvas.classList.toggle("near", row >= 0);
      this.onhover(row);
      return;
    }
    const other = [...this.#pointers].find(([id]) => id !== event.pointerId)?.[1];
    this.#travelled += Math.hypot(x - before[0], y - before[1]) + (other ? CLICK : 0);
    this.#pointers.set(event.pointerId, [x, y]);
    if (this.#travelled < CLICK) return;
    this.#canvas.classList.add("moving");
    if (other) {
      // Two fingers: what is between them stays between them.
      const apart = ([left, top]) => Math.max(1, Math.hypot(left - other[0], top - other[1]));
      this.#pan((x - before[0]) / 2, (y - before[1]) / 2);
      this.zoom(apart([x, y]) / apart(before), (x + other[0]) / 2, (y + other[1]) / 2);
    } else {
      this.#pan(x - before[0], y - before[1]);
    }
  }

  #up(event) {
    if (!this.#pointers.delete(event.pointerId) || this.#pointers.size) return;
    this.#canvas.classList.remove("moving");
    if (this.#travelled >= CLICK) return;
    const row = this.nearest(event.offsetX, event.offsetY, NEAREST);
    if (row >= 0) this.onclick(row, event.pointerType === "touch");
  }

  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const keys = {
      ArrowLeft: () => this.#pan(STEP, 0),
      ArrowRight: () => this.#pan(-STEP, 0),
      ArrowUp: () => this.#pan(0, STEP),
      ArrowDown: () => this.#pan(0, -STEP),
      "+": () => this.zoom(1.5),
      "=": () => this.zoom(1.5),
      "-": () => this.zoom(1 / 1.5),
      0: () => this.whole(),
    };
    if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      if (!event.repeat && this.chosen >= 0) this.onenter(this.chosen);
    } else if (keys[event.key]) {
      event.preventDefault();
      keys[event.key]();
      if (event.key.startsWith("Arrow")) this.onkeys(this.nearest(this.#width / 2, this.#height / 2));
    }
  }
}

// The pixels of a disc as offsets in an image: those that are all inside, and those at the edge with the share, of 256,
// that is.
function disc(radius, across) {
  const [inside, edge, shares] = [[], [], []];
  const reach = Math.ceil(radius + 1);
  for (let y = -reach; y <= reach; y++) {
    for (let x = -reach; x <= reach; x++) {
      const share = radius + 0.5 - Math.hypot(x, y);
      if (share >= 1) inside.push(y * across + x);
      else if (share > 0) {
        edge.push(y * across + x);
        shares.push(Math.round(share * 256));
      }
    }
  }
  return { inside, edge, shares };
}
