/** CSS from a notebook, reduced to how things look: nothing that loads, moves over the page or leaves its place. */

const PROPERTIES =
  /^(color|opacity|background(-color|-image|-size|-repeat|-position(-[xy])?|-clip|-origin|-attachment)?|font(-.*)?|text-(align|decoration|indent|transform|overflow|shadow|wrap)(-.*)?|line-height|letter-spacing|word-(break|spacing|wrap)|overflow-wrap|white-space(-collapse)?|vertical-align|border(-.*)?|outline(-.*)?|padding(-.*)?|margin(-.*)?|(min-|max-)?(width|height)|box-(sizing|shadow)|display|float|clear|gap|row-gap|column-gap|flex(-.*)?|grid(-.*)?|align-.*|justify-.*|order|list-style(-type|-position)?|table-layout|caption-side|empty-cells|overflow(-[xy])?|visibility|cursor|direction|unicode-bidi|tab-size|hyphens)$/;
const LOADS = /url\s*\(|image-set|image\s*\(|element\s*\(|src\s*\(|expression|-moz-binding|\\/i;
/** A negative margin moves over the neighbours. */
const MOVES_OUT = /(^|[\s(,])-\d/;

export function cleanStyle(style: CSSStyleDeclaration): void {
  for (const property of [...style]) {
    const value = style.getPropertyValue(property);
    const isBad =
      !PROPERTIES.test(property) ||
      LOADS.test(value) ||
      (property.startsWith("margin") && MOVES_OUT.test(value));
    if (isBad) style.removeProperty(property);
  }
}

/** `css` as a style sheet for a shadow root; rules that are not plain style rules are left out. */
export function cleanSheet(css: string): CSSStyleSheet {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  cleanRules(sheet);
  return sheet;
}

function cleanRules(group: CSSStyleSheet | CSSMediaRule): void {
  for (let i = group.cssRules.length - 1; i >= 0; i--) {
    const rule = group.cssRules[i]!;
    if (rule instanceof CSSMediaRule) cleanRules(rule);
    else if (
      rule instanceof CSSStyleRule &&
      !/:host|::?slotted|::?part/i.test(rule.selectorText) &&
      rule.cssRules.length === 0
    )
      cleanStyle(rule.style);
    else group.deleteRule(i);
  }
}
