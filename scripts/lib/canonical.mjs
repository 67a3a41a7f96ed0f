// Values as text. `toText` is JSON that json-reader.mjs reads back exactly (BigInt, -0 and
// infinities too); `canonicalText` is the same text for equal values only, whatever the order of
// their names. Both are plain ASCII, so no channel can change them. Runs in Node and in the check's
// page.

export const toText = (value) => textOf(value, false);
export const canonicalText = (value) => textOf(value, true);

function textOf(value, canonical) {
  switch (typeof value) {
    case 'string':
      return stringText(value);
    case 'number':
      return numberText(value, canonical);
    case 'bigint':
      return canonical ? `${value}n` : String(value);
    case 'object':
      return value === null ? 'null' : objectText(value, canonical);
    default:
      return String(value);
  }
}

function numberText(value, canonical) {
  if (Object.is(value, -0)) return '-0';
  if (Number.isFinite(value) || canonical) return String(value);
  return value > 0 ? '1e999' : '-1e999';
}

function objectText(value, canonical) {
  if (Array.isArray(value)) return `[${value.map((item) => textOf(item, canonical)).join()}]`;
  const type = Object.prototype.toString.call(value).slice(8, -1);
  if (type === 'Date') return `Date(${value.getTime()})`;
  if (type !== 'Object') return `${type}(${stringText(String(value))})`;
  const names = Object.keys(value);
  if (canonical) names.sort();
  return `{${names.map((name) => `${stringText(name)}:${textOf(value[name], canonical)}`).join()}}`;
}

// JSON.stringify escapes lone surrogates by itself.
function stringText(text) {
  return JSON.stringify(text).replace(
    /[\u007f-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
