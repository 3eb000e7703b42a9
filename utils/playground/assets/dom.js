// Small helpers for elements, focus and numbers.

const SVG_TAGS = new Set(["svg", "path", "line", "circle", "rect", "text", "g"]);

/** Make an element: attributes by name, `on...` for listeners, then its children. */
export function element(tag, attributes = {}, ...children) {
  const made = SVG_TAGS.has(tag)
    ? document.createElementNS("http://www.w3.org/2000/svg", tag)
    : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, "");
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children);
  return made;
}

/** Write a number with a true minus sign. */
export function written(number, decimals = 3) {
  const text = number.toFixed(decimals);
  const zero = /^-0\.?0*$/.test(text);
  return zero ? text.slice(1) : text.replace("-", "−");
}

/**
 * Make items one tab stop: arrows, Home, End and Page keys move within `columns` columns.
 *
 * Focusing an item makes it the tab stop. Returns a function that makes the item at an index it.
 */
export function rove(container, items, columns) {
  let current = 0;
  const stopAt = (index) => {
    items[current]?.setAttribute("tabindex", "-1");
    current = index;
    items[current]?.setAttribute("tabindex", "0");
  };
  items.forEach((item) => item.setAttribute("tabindex", "-1"));
  stopAt(0);
  container.onfocusin = (event) => {
    const index = items.indexOf(event.target);
    if (index >= 0) stopAt(index);
  };
  container.onkeydown = (event) => {
    const next = nextIndex(event, current, items.length, columns);
    if (next === null) return;
    event.preventDefault();
    items[next].focus();
  };
  return stopAt;
}

function nextIndex(event, at, count, columns) {
  const row = Math.floor(at / columns);
  const whole = event.ctrlKey || columns >= count;
  const steps = {
    ArrowLeft: at % columns ? at - 1 : at,
    ArrowRight: (at + 1) % columns && at + 1 < count ? at + 1 : at,
    ArrowUp: at - columns >= 0 ? at - columns : at,
    ArrowDown: at + columns < count ? at + columns : at,
    Home: whole ? 0 : row * columns,
    End: whole ? count - 1 : Math.min(count, (row + 1) * columns) - 1,
    PageUp: at % columns,
    PageDown: Math.floor((count - 1 - (at % columns)) / columns) * columns + (at % columns),
  };
  return event.key in steps && !event.altKey && !event.metaKey ? steps[event.key] : null;
}
