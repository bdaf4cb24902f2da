// Reads an OpenAPI document from the standard input and says whether it is valid.
'use strict';

const path = require('node:path');
const { readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');

async function main() {
  // The validator is a module that `require` of an older Node cannot take.
  const file = path.join(process.env.NODE_PATH, '@seriousme/openapi-schema-validator/index.js');
  const { Validator } = await import(pathToFileURL(file).href);
  const document = JSON.parse(readFileSync(0, 'utf8'));
  const validator = new Validator();
  const { valid, errors } = await validator.validate(document);
  if (!valid) {
    console.error(JSON.stringify(errors, null, 1));
    process.exit(1);
  }
  const calls = Object.values(document.paths).flatMap((methods) => Object.keys(methods));
  console.log(`OpenAPI ${validator.version}: ${calls.length} calls, valid`);
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
