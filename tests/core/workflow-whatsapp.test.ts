import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readWorkflow } from '../../src/lib/server/workflows/read-yaml.ts';

const source = readFileSync(
	new URL('../../workflows/failed-payment.yaml', import.meta.url),
	'utf8'
);
const SID = `HX${'1'.repeat(32)}`;
const all = `{ en: ${SID}, de: ${SID}, ar: ${SID} }`;

/** The problems of a template of WhatsApp for the invitation, or for the code. */
function problemsOf(content: string, variables: string, of: 'invitation' | 'code' = 'invitation') {
	const template = `    whatsapp:\n      content: ${content}\n      variables: [${variables}]\n`;
	const read = readWorkflow(
		source.replace(new RegExp(`^ {2}${of}:\\n(?= {4}segments)`, 'm'), `$&${template}`)
	);
	return read.ok ? [] : (read.detail ?? []).map(({ message }) => message);
}

test('a template in every language, with the link at its place, is published', () => {
	expect(problemsOf(all, 'brand, name, link')).toEqual([]);
	expect(problemsOf(all, 'code', 'code')).toEqual([]);
});

test.each([
	[`{ en: ${SID}, de: ${SID} }`, 'link', /no approved template in "ar"/],
	[`{ en: ${SID}, de: ${SID}, ar: ${SID}, fr: ${SID} }`, 'link', /"fr" is not one/],
	[all, 'brand', /Lacks "link"/],
	[all, 'link, code', /"code" must not stand/],
	[all, 'link, nothing', /Nothing fills "nothing"/],
	[all, 'link, brand, link', /stands there twice/],
	['{ en: HX1, de: HX1, ar: HX1 }', 'link', /ContentSid/]
])('%s with [%s] is refused', (content, variables, problem) => {
	expect(problemsOf(content, variables).join('\n')).toMatch(problem);
});

test('an answer to HELP that is too long is refused', () => {
	const long = source.replace(/(help:\n\s+en: )'[^']*'/, `$1'${'x'.repeat(500)}'`);
	const read = readWorkflow(long);
	expect(read.ok ? '' : JSON.stringify(read.detail)).toMatch(/segments; the budget is 3/);
});
