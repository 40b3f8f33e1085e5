/** Jest cannot require a package that is nothing but ES modules. */
const { transformSync } = require('esbuild');

exports.process = (source) => ({ code: transformSync(source, { format: 'cjs', target: 'node20' }).code });
