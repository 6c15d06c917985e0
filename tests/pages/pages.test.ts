import { readFile } from 'node:fs/promises';
import { render } from 'svelte/server';
import { expect, test } from 'vitest';
import { dress } from '../../src/lib/server/web/frame.ts';
import { BUDGET } from '../support/budget.ts';
import { LANGUAGES, shownPages, type Shown } from './page-views.ts';

const template = await readFile('src/app.html', 'utf8');
const sheets = ['mini', 'form', 'modes'].map((name) => `src/lib/ui/mini/${name}.css`);
const css = (await Promise.all(sheets.map((sheet) => readFile(sheet, 'utf8')))).join('');

/** The whole page as a browser gets it, with the stylesheets as written: the build's are shorter. */
function whole({ page, props, frame }: Shown): string {
	const { head, body } = render(page, { props });
	return dress(template, frame)
		.replace('%sveltekit.head%', () => `${head}<style nonce="x">${css}</style>`)
		.replace('%sveltekit.body%', () => body);
}

const pages = LANGUAGES.flatMap((language) =>
	shownPages(language).map((shown) => ({ language, name: shown.name, html: whole(shown) }))
);

test.each(pages)('$name in $language fits the budget', ({ html }) => {
	expect(Buffer.byteLength(html)).toBeLessThanOrEqual(BUDGET);
});

test.each(pages)('$name in $language has one heading, its language and its direction', (page) => {
	expect(page.html.match(/<h1[ >]/g)).toHaveLength(1);
	const direction = page.language === 'ar' ? 'rtl' : 'ltr';
	expect(page.html).toContain(`<html lang="${page.language}" dir="${direction}">`);
	expect(page.html).not.toMatch(/%tapdone|\{\w+\}(?!})[^}]*<\/(p|h1|button)>|undefined|\[object/);
});

test.each(pages)(
	'$name in $language asks nothing of another host and styles nothing inline',
	({ html }) => {
		expect(html).not.toMatch(/(src|href|action)="(https?:)?\/\//);
		expect(html).not.toMatch(/ style="| on\w+="/);
	}
);

test.each(pages)(
	'$name in $language labels every field and points only at what is there',
	({ html }) => {
		const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
		expect(new Set(ids).size).toBe(ids.length);
		for (const [, pointed = ''] of html.matchAll(/ (?:for|aria-describedby)="([^"]+)"/g))
			for (const id of pointed.split(' ')) expect(ids).toContain(id);
		for (const [, id = ''] of html.matchAll(/ href="#([^"]+)"/g)) expect(ids).toContain(id);
		for (const [field] of html.matchAll(/<(?:input|select|textarea)\b[^>]*>/g)) {
			if (/type="(hidden|radio|checkbox)"/.test(field)) continue;
			const id = / id="([^"]+)"/.exec(field)?.[1];
			expect(html).toContain(`<label for="${id}">`);
		}
	}
);

test('a colour that is none never reaches the stylesheet', () => {
	const shown = shownPages('en')[0]!;
	const brand = { ...shown.frame.brand, colour: 'red;}body{display:none' };
	expect(dress(template, { ...shown.frame, brand })).not.toContain('display:none');
});

test('what is refused for one reason stands under one heading', () => {
	const why = { reason: 'We would like to talk first.', cure: 'Ask a person.' };
	const view = {
		lines: [],
		offered: [],
		refused: [
			{ action: 'a', label: 'In instalments', ...why },
			{ action: 'b', label: 'Later', reason: 'Too late.' },
			{ action: 'c', label: 'Over a year', ...why }
		]
	};
	const [choose] = shownPages('en').filter(({ name }) => name === 'choose-none');
	const html = whole({ ...choose!, props: { ...choose!.props, view } });
	expect(html.match(/We would like to talk first/g)).toHaveLength(1);
	const [first = '', second = ''] = [...html.matchAll(/<h2>([^]*?)<\/h2>/g)].map(
		([, text]) => text
	);
	expect(first.replace(/<[^>]*>/g, ' ').trim()).toMatch(/^In instalments\s+Over a year$/);
	expect(second).toContain('Later');
});

test('a case that is over says so, offers a person, and neither a choice nor a reminder', () => {
	const [ended] = shownPages('en').filter(({ name }) => name === 'choose-ended');
	const html = whole(ended!);
	expect(html).toContain('<h1>The time for this is over</h1>');
	expect(html).toContain('Nothing was changed.');
	expect(html).toContain('/help#person"');
	expect(html).not.toContain('/help#later"');
	expect(html).not.toContain('class="pick"');
	// Why the last press was refused has no place beside it.
	expect(html).not.toContain('role="alert"');
});

test('a text that does not look as it must is explained in the words of the workflow', () => {
	const hint = 'Five digits, such as 20457.';
	const field = { name: 'postcode', label: 'Postcode', kind: 'text', value: 'abc', maxLength: 16 };
	const fields = [{ ...field, error: 'pattern', patternHint: hint }];
	const [fill] = shownPages('en').filter(({ name }) => name === 'fill-wrong');
	const html = whole({
		...fill!,
		props: { ...fill!.props, view: { action: 'a', label: 'A', fields } }
	});
	expect(html).toContain(`>Postcode: ${hint}</a>`);
	expect(html).toContain(`id="f-postcode-error">${hint}<`);
});
