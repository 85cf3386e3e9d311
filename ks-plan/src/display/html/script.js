
(() => {
  'use strict';
  const all = (selector, root = document) => Array.from(root.querySelectorAll(selector));
  const one = (id) => document.getElementById(id);
  const tools = one('tools');
  if (!tools) return;
  tools.hidden = false;

  const [search, action, risk, component] = ['search', 'action', 'risk', 'component'].map(one);
  const [found, nothing, expand] = ['found', 'nothing', 'expand'].map(one);
  const groups = all('.group');
  const rows = new Map();
  all('[data-object]').forEach((row) => rows.set(row.dataset.object, [...(rows.get(row.dataset.object) || []), row]));
  const objects = all('.object').map((element) => ({ element, openedBySearch: false, texts: null }));

  // Texts are read once, and only when somebody searches.
  const read = (object) => {
    if (object.texts) return object.texts;
    const lower = (it) => it.textContent.toLowerCase();
    const head = `${lower(object.element.querySelector('summary'))} ${object.element.dataset.component}`;
    const parts = all('.part', object.element).map((element) => ({ element, text: lower(element) }));
    object.texts = { head, parts, whole: [head, ...parts.map((it) => it.text)].join('\n') };
    return object.texts;
  };

  const filter = (object, words) => {
    const { element } = object;
    const chosen = [[action, 'action'], [risk, 'risk'], [component, 'component']];
    let shown = chosen.every(([select, name]) => !select.value || select.value === element.dataset[name]);
    if (shown && words.length) shown = words.every((word) => read(object).whole.includes(word));
    element.hidden = !shown;
    (rows.get(element.id) || []).forEach((row) => row.classList.toggle('faint', !shown));
    if (!words.length && !object.texts) return shown;
    // Where the name does not match, only what matches below it is shown.
    const { head, parts } = read(object);
    const inside = shown && words.length > 0 && !words.every((word) => head.includes(word));
    parts.forEach((part) => { part.element.hidden = inside && !words.some((word) => part.text.includes(word)); });
    if (inside && !element.open) {
      element.open = true;
      object.openedBySearch = true;
    } else if (!inside && object.openedBySearch) {
      element.open = false;
      object.openedBySearch = false;
    }
    return shown;
  };

  // Matches are marked beside the document, which stays as it is.
  const mark = (words) => {
    if (!window.CSS || !CSS.highlights) return;
    CSS.highlights.delete('found');
    if (!words.length) return;
    const ranges = [];
    const shown = objects.filter((it) => !it.element.hidden).map((it) => it.element);
    for (const root of shown) {
      const walk = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
      for (let node = walk.nextNode(); node && ranges.length < 2000; node = walk.nextNode()) {
        const text = node.data.toLowerCase();
        for (const word of words) {
          for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
            const range = new Range();
            range.setStart(node, Math.min(at, node.length));
            range.setEnd(node, Math.min(at + word.length, node.length));
            ranges.push(range);
          }
        }
      }
    }
    CSS.highlights.set('found', new Highlight(...ranges));
  };

  const refresh = () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const shown = objects.filter((it) => filter(it, words)).length;
    groups.forEach((group) => { group.hidden = all('.object', group).every((it) => it.hidden); });
    nothing.hidden = shown > 0;
    found.textContent = shown === objects.length ? `${shown} objects` : `${shown} of ${objects.length} objects`;
    mark(words);
  };

  let waiting = 0;
  const soon = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(refresh);
  };

  const clear = () => {
    [search, action, risk, component].forEach((it) => { it.value = ''; });
    refresh();
  };

  const jump = () => {
    const target = location.hash.length > 1 && one(decodeURIComponent(location.hash.slice(1)));
    if (!target || !target.classList.contains('object')) return;
    if (target.hidden) clear();
    target.open = true;
    target.scrollIntoView({ block: 'start' });
  };

  tools.addEventListener('submit', (event) => event.preventDefault());
  search.addEventListener('input', soon);
  [action, risk, component].forEach((it) => it.addEventListener('change', refresh));
  expand.addEventListener('click', () => {
    const shown = objects.filter((it) => !it.element.hidden).map((it) => it.element);
    const open = shown.some((it) => !it.open);
    shown.forEach((it) => { it.open = open; });
    expand.textContent = open ? 'Fold all' : 'Expand all';
  });
  document.addEventListener('keydown', (event) => {
    const writes = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
    if (event.key === '/' && !writes && !event.ctrlKey && !event.metaKey && !event.altKey) {
      event.preventDefault();
      search.focus();
      search.select();
    } else if (event.key === 'Escape' && document.activeElement === search) {
      clear();
    }
  });
  // The same link chosen twice does not change the address.
  document.addEventListener('click', (event) => {
    const link = event.target.closest('a');
    if (link && link.getAttribute('href') === location.hash) jump();
  });
  window.addEventListener('hashchange', jump);

  // A component that is pointed at shows what it waits for, and what waits for it.
  const light = (card, lit) => {
    const { card: number } = card.dataset;
    const edges = all('.edge', card.ownerSVGElement).filter((it) => [it.dataset.from, it.dataset.to].includes(number));
    [card, ...edges].forEach((it) => it.classList.toggle('lit', lit));
  };
  all('[data-card]').forEach((card) => {
    [['pointerenter', true], ['pointerleave', false], ['focusin', true], ['focusout', false]].forEach(([name, lit]) => {
      card.addEventListener(name, () => light(card, lit));
    });
  });

  let opened = [];
  window.addEventListener('beforeprint', () => {
    opened = all('details:not([open])');
    opened.forEach((it) => { it.open = true; });
  });
  window.addEventListener('afterprint', () => opened.forEach((it) => { it.open = false; }));

  refresh();
  jump();
})();
