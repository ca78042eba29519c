import type { VNode } from "preact";
import type { LinkView, TableView, TextView } from "@vitrine/core";
import { cleanLines, safeHref, showCount, showDecimals, showNumber } from "@vitrine/render";
import { Name, Prose } from "./text.js";

const mostRows = 100;
const mostColumns = 24;
const mostLines = 200;

type Column = TableView["columns"][number];

function Cell({ value, column }: { readonly value: string | number | null | undefined; readonly column: Column }): VNode {
  if (value === null || value === undefined) return <span>–</span>;
  if (typeof value === "string") return <Prose text={value} />;
  return <span>{column.digits === undefined ? showNumber(value) : showDecimals(value, column.digits)}</span>;
}

/** A table as a table. What has no room on the page is in its data. */
function Table({ view, label }: { readonly view: TableView; readonly label: string }): VNode {
  const columns = view.columns.slice(0, mostColumns);
  const rows = view.rows.slice(0, mostRows);
  const numeric = columns.map((column, c) => column.numeric ?? (rows.length > 0 && rows.every((row) => typeof row[c] === "number" || row[c] === null)));
  const left = [
    ...(view.rows.length > rows.length ? [`${showCount(rows.length)} of ${showCount(view.rows.length)} rows`] : []),
    ...(view.columns.length > columns.length ? [`${showCount(columns.length)} of ${showCount(view.columns.length)} columns`] : []),
  ];
  if (columns.length === 0 || rows.length === 0) return <p class="empty">Nothing to list: the table has no rows.</p>;
  return (
    <div>
      <div class="scroll" tabIndex={0} role="region" aria-label={label}>
        <table>
          <thead><tr>{columns.map((column, c) => <th scope="col" class={numeric[c] ? "number" : undefined}><Name text={column.unit === undefined ? column.title : `${column.title}, ${column.unit}`} /></th>)}</tr></thead>
          <tbody>{rows.map((row) => <tr>{columns.map((column, c) => <td class={numeric[c] ? "number" : undefined}><Cell value={row[c]} column={column} /></td>)}</tr>)}</tbody>
        </table>
      </div>
      {left.length > 0 && <p class="remark">The first {left.join(", and ")}.</p>}
    </div>
  );
}

function Text({ view }: { readonly view: TextView }): VNode {
  const lines = cleanLines(view.text, mostLines + 1);
  if (view.text.trim() === "") return <p class="empty">The text is empty.</p>;
  return (
    <div class="prose">
      {lines.slice(0, mostLines).map((line) => (line === "" ? <br /> : <p><Prose text={line} /></p>))}
      {lines.length > mostLines && <p class="remark">The first {mostLines} lines.</p>}
    </div>
  );
}

function Link({ view }: { readonly view: LinkView }): VNode {
  const href = safeHref(view.href);
  return <p>{href === undefined ? <><Prose text={view.text} />: <Name text={view.href} /></> : <a href={href} rel="noreferrer noopener"><Prose text={view.text} /></a>}</p>;
}

/** What is words is written as words. */
export function Words({ view, label }: { readonly view: TableView | TextView | LinkView; readonly label: string }): VNode {
  switch (view.kind) {
    case "table":
      return <Table view={view} label={label} />;
    case "text":
      return <Text view={view} />;
    case "link":
      return <Link view={view} />;
  }
}
