/** What blocks are, and what the page knows about them. */

export interface Block {
  type: string;
  [key: string]: unknown;
}
export type Words = Record<string, string>;
export type Pairs = [string, string][];
/** A database whose records a mail may go through; ``choices`` are of the fields that have some. */
export interface Database {
  key: string;
  name: string;
  fields: Pairs;
  choices: { key: string; name: string; values: Pairs }[];
}
/** What the page knows. */
export interface Known {
  words: Words;
  segments: { id: number; name: string }[];
  databases: Database[];
  fields: Pairs;
  pictures: string;
}

/** A new block of this type, empty. */
export function fresh(type: string, segment: number | undefined, database: string | undefined): Block {
  if (type === "repeat") return { type, database: database ?? "", text: "" };
  if (type === "columns") return { type, columns: [[], []] };
  if (type === "members") return { type, segment: segment ?? 0, blocks: [] };
  if (type === "divider") return { type };
  if (type === "html") return { type, html: "" };
  if (type === "image") return { type, src: "", alt: "" };
  return type === "button" ? { type, text: "", href: "https://" } : { type, text: "" };
}
