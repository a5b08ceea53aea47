// Puts what the page /docs needs beside the studio's files: no other host is asked for it.
import { copyFileSync } from "node:fs";

for (const name of ["swagger-ui.css", "swagger-ui-bundle.js"]) {
  copyFileSync(`node_modules/swagger-ui-dist/${name}`, `public/docs/${name}`);
}
