"use strict";
// Renders /v1/openapi.json. Text goes in as text nodes only, never as HTML.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(tag, attributes, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) made.setAttribute(name, value);
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

function resolved(schema, document_) {
  if (!schema || !schema.$ref) return schema || {};
  return document_.components.schemas[schema.$ref.split("/").pop()] || {};
}

function typeOf(schema, document_) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  for (const word of ["anyOf", "oneOf", "allOf"]) {
    if (schema[word]) return schema[word].map((one) => typeOf(one, document_)).join(word === "allOf" ? " & " : " or ");
  }
  const type = [].concat(schema.type || "any").join(" or ");
  if (type.startsWith("array")) return `list of ${typeOf(schema.items || {}, document_)}`;
  return schema.format ? `${type} (${schema.format})` : type;
}

function limitsOf(schema) {
  const words = [];
  if (schema.enum) words.push(schema.enum.filter((one) => one !== null).join(", "));
  for (const [name, label] of [["minLength", "at least"], ["maxLength", "at most"], ["minimum", "from"], ["maximum", "to"]]) {
    if (schema[name] !== undefined) words.push(`${label} ${schema[name]}${name.endsWith("Length") ? " characters" : ""}`);
  }
  if (schema.default !== undefined && schema.default !== null) words.push(`default ${JSON.stringify(schema.default)}`);
  if (schema.description) words.push(schema.description);
  return words.join("; ");
}

function shape(schema, document_, seen = []) {
  const name = schema.$ref;
  if (name && seen.includes(name)) return null;
  const whole = resolved(schema, document_);
  const variants = whole.anyOf || whole.oneOf;
  if (variants) return element("div", {}, ...variants.map((one) => shape(one, document_, [...seen, name])));
  if (whole.items) return shape(whole.items, document_, [...seen, name]);
  if (!whole.properties) return null;
  const required = new Set(whole.required || []);
  return element("ul", { class: "shape" }, ...Object.entries(whole.properties).map(([key, property]) =>
    element("li", {},
      element("code", {}, key), ` ${typeOf(property, document_)}${required.has(key) ? ", required" : ""} `,
      element("span", { class: "note" }, limitsOf(property)),
      shape(property, document_, [...seen, name]))));
}

function parameters(operation) {
  if (!operation.parameters || operation.parameters.length === 0) return null;
  const rows = operation.parameters.map((parameter) => element("tr", {},
    element("td", {}, element("code", {}, parameter.name)), element("td", {}, parameter.in),
    element("td", {}, parameter.required ? "required" : ""),
    element("td", {}, [parameter.description, limitsOf(parameter.schema || {})].filter(Boolean).join("; "))));
  return element("div", {}, element("h3", {}, "Parameters"), element("table", {}, ...rows));
}

function content(title, holder, document_) {
  const kinds = Object.entries((holder && holder.content) || {});
  if (kinds.length === 0) return null;
  const schema = kinds[0][1].schema || {};
  return element("details", {},
    element("summary", {}, title, " ", element("span", { class: "note" }, `${typeOf(schema, document_)} · ${kinds.map(([kind]) => kind).join(", ")}`)),
    shape(schema, document_));
}

function answers(operation, document_) {
  const rows = Object.entries(operation.responses).map(([status, answer]) => element("tr", {},
    element("td", {}, element("code", {}, status)),
    element("td", {}, answer.description || "", content("Body", answer, document_))));
  return element("div", {}, element("h3", {}, "Answers"), element("table", {}, ...rows));
}

function section(path, method, operation, document_) {
  return element("section", { id: operation.operationId },
    element("h2", {}, operation.summary || operation.operationId),
    element("div", { class: "path" }, element("span", { class: "method" }, method.toUpperCase()), element("code", {}, path)),
    operation.description ? element("p", { class: "text" }, operation.description) : null,
    parameters(operation), content("Request body", operation.requestBody, document_), answers(operation, document_));
}

async function main() {
  const answer = await fetch("/v1/openapi.json");
  const document_ = await answer.json();
  const main_ = document.getElementById("operations"), contents = document.getElementById("contents");
  main_.replaceChildren(element("h1", {}, document_.info.title), element("p", { class: "text" }, document_.info.description));
  let tag = null;
  for (const [path, item] of Object.entries(document_.paths)) {
    for (const method of METHODS.filter((name) => item[name])) {
      const operation = item[method];
      if (operation.tags[0] !== tag) contents.append(element("h2", {}, (tag = operation.tags[0])));
      contents.append(element("a", { href: `#${operation.operationId}` }, operation.summary));
      main_.append(section(path, method, operation, document_));
    }
  }
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}

main().catch(() => { document.getElementById("operations").textContent = "The document could not be loaded: /v1/openapi.json"; });
