// The text of PDFs as pdf.js (Firefox) finds it: node pdfjs_text.mjs FILE... prints a JSON list, by file, of lists, by page.
import { readFile } from "node:fs/promises";
import { getDocument, VerbosityLevel } from "pdfjs-dist/legacy/build/pdf.mjs";

// As Firefox's search puts a page together: the pieces as they come, a line's end where the reader saw one.
const textOf = async (page) => {
  const { items } = await page.getTextContent();
  return items.map((item) => item.str + (item.hasEOL ? "\n" : "")).join("");
};

const pagesOf = async (path) => {
  const task = getDocument({ data: new Uint8Array(await readFile(path)), verbosity: VerbosityLevel.ERRORS });
  const document = await task.promise;
  const texts = [];
  for (let number = 1; number <= document.numPages; number++) {
    texts.push(await textOf(await document.getPage(number)));
  }
  await task.destroy();
  return texts;
};

const documents = [];
for (const path of process.argv.slice(2)) {
  documents.push(await pagesOf(path));
}
console.log(JSON.stringify(documents));
