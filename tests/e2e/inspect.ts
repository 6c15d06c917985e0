import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';

const WCAG = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const WIDE = { width: 360, height: 640 };
const NARROW = { width: 320, height: 640 };
/** What is left of `WIDE` at a zoom of 200 %. */
const ZOOMED = { width: 180, height: 320 };

/** Everything that is wrong with how a page is shown and used, in words; empty when all is well. */
export async function faultsOf(page: Page, language: string): Promise<string[]> {
	return [
		...(await violations(page)),
		...(await untappable(page)),
		...(await overflow(page)),
		...(await unreachable(page)),
		...(await lostColours(page)),
		...(await directions(page, language))
	];
}

type Axe = { run(context: Document, options: object): Promise<AxeResults> };
type AxeResults = Awaited<ReturnType<AxeBuilder['analyze']>>;

const COLOURS = ['color-contrast', 'link-in-text-block'];
const LAYOUT = ['target-size', 'scrollable-region-focusable', 'color-contrast'];

/** axe in light, and what changes with the colours once more in dark. */
export async function violations(page: Page): Promise<string[]> {
	await page.emulateMedia({ colorScheme: 'light' });
	const light = await new AxeBuilder({ page }).setLegacyMode(true).withTags(WCAG).analyze();
	const dark = await again(page, 'dark', COLOURS);
	return [...wordsOf('light', light), ...dark];
}

/** What changes with the size of the screen, where `violations` has looked at the same page. */
export const resizedViolations = async (page: Page): Promise<string[]> => [
	...(await again(page, 'light', LAYOUT)),
	...(await again(page, 'dark', COLOURS))
];

/** Some rules once more: the builder has left axe in the page. */
async function again(page: Page, colorScheme: 'light' | 'dark', rules: string[]) {
	await page.emulateMedia({ colorScheme });
	const found = await page.evaluate(
		(only) => (globalThis as unknown as { axe: Axe }).axe.run(document, { runOnly: only }),
		rules
	);
	await page.emulateMedia({ colorScheme: null });
	return wordsOf(colorScheme, found);
}

const wordsOf = (scheme: string, { violations }: Pick<AxeResults, 'violations'>): string[] =>
	violations.map(({ id, nodes }) => {
		const places = nodes.map(({ target }) => target.join(' '));
		return `${scheme} ${id} ${places.join(', ')}`;
	});

/** What stands alone to be tapped is 44 px high; a link within a list's sentence has its line's height. */
async function untappable(page: Page): Promise<string[]> {
	const small = await page
		.locator('main a, main button, main input, footer a, footer button, summary')
		.evaluateAll((targets) =>
			targets
				.map((target) => target.closest('label') ?? target)
				.filter((target) => {
					const { height } = target.getBoundingClientRect();
					return height > 0 && height < 44 && !target.closest('li');
				})
				.map((target) => target.textContent?.trim() ?? target.outerHTML)
		);
	return small.map((text) => `too small to tap: ${text}`);
}

/** Nothing is wider than a screen of 320 px, nor than one of 360 at 200 %, by zoom or by letters. */
async function overflow(page: Page): Promise<string[]> {
	const found: string[] = [];
	const measure = async (what: string, most: number) => {
		const width = await page.evaluate(() => document.documentElement.scrollWidth);
		if (width > most) found.push(`${what}: ${width} px on a screen of ${most}`);
	};
	await page.setViewportSize(NARROW);
	await measure('narrow', NARROW.width);
	await page.setViewportSize(ZOOMED);
	await measure('zoomed to 200 %', ZOOMED.width);
	await page.setViewportSize(WIDE);
	const size = await page.evaluate(() => {
		const before = parseFloat(getComputedStyle(document.documentElement).fontSize);
		document.documentElement.style.fontSize = `${before * 2}px`;
		return getComputedStyle(document.documentElement).fontSize;
	});
	await measure(`letters of ${size}`, WIDE.width);
	await page.evaluate(() => document.documentElement.style.removeProperty('font-size'));
	return found;
}

/** The Tab key reaches every control, in the page's order, and shows where it is. */
async function unreachable(page: Page): Promise<string[]> {
	// Tab begins where the page was touched last: here, before everything.
	await page.mouse.click(1, 1);
	const { controls, dates } = await page.evaluate(watchFocus);
	// A date field has several stops within it.
	for (let presses = controls + 4 * dates; presses > 0; presses--) await page.keyboard.press('Tab');
	const stops = await page.evaluate(() => (globalThis as unknown as Watched).stops);
	const unseen = stops.filter(({ shown }) => !shown).map(({ name }) => `no focus seen: ${name}`);
	const back = stops.some(({ at }, index) => at < (stops[index - 1]?.at ?? 0));
	return [
		...unseen,
		...(stops.length < controls ? [`Tab reaches ${stops.length} of ${controls} controls`] : []),
		...(back ? ['Tab jumps back'] : [])
	];
}

interface Watched {
	/** Where the focus has been, each place once: its place on the page, its beginning, and if it was seen. */
	stops: { at: number; name: string; shown: boolean }[];
}

/** In the page: counts what Tab is to reach and notes, from now on, what it reaches. */
function watchFocus(): { controls: number; dates: number } {
	const stops: Watched['stops'] = [];
	(globalThis as unknown as Watched).stops = stops;
	document.addEventListener('focusin', ({ target }) => {
		const element = target as HTMLElement;
		const at = [...document.querySelectorAll('*')].indexOf(element);
		if (stops.some((stop) => stop.at === at)) return;
		const { outlineStyle, outlineWidth, outlineColor } = getComputedStyle(element);
		const drawn = outlineStyle !== 'none' && parseFloat(outlineWidth) >= 2;
		const shown =
			drawn && outlineColor !== getComputedStyle(document.documentElement).backgroundColor;
		stops.push({ at, name: element.outerHTML.slice(0, 80), shown });
	});
	const groups = new Set<string>();
	const all = 'a[href], button, input:not([type=hidden]), select, textarea, summary';
	const controls = [...document.querySelectorAll<HTMLElement>(all)].filter((control) => {
		if (!control.checkVisibility()) return false;
		// Of a group of radio buttons Tab stops at one.
		if (!(control instanceof HTMLInputElement) || control.type !== 'radio') return true;
		return groups.size < groups.add(control.name).size;
	});
	return {
		controls: controls.length,
		dates: document.querySelectorAll('input[type=date]').length
	};
}

/** Where the system chooses the colours, what can be pressed or filled has an edge, and focus is seen. */
async function lostColours(page: Page): Promise<string[]> {
	await page.emulateMedia({ forcedColors: 'active' });
	const found = [...(await page.evaluate(edgeless)), ...(await unreachable(page))];
	await page.emulateMedia({ forcedColors: null });
	return found.map((fault) => `forced colours: ${fault}`);
}

/** In the page: buttons and fields without a line around them; a button among words has one below. */
function edgeless(): string[] {
	const opaque = (colour: string) => !/^rgba\(.*, 0\)$/.test(colour);
	const behind = (element: Element | null): string => {
		if (!element) return getComputedStyle(document.documentElement).backgroundColor;
		const { backgroundColor } = getComputedStyle(element);
		return opaque(backgroundColor) ? backgroundColor : behind(element.parentElement);
	};
	const isFramed = (element: Element) => {
		const style = getComputedStyle(element);
		const ground = behind(element.parentElement);
		return ['top', 'right', 'bottom', 'left'].every((side) => {
			const of = (what: string) => style.getPropertyValue(`border-${side}-${what}`);
			const colour = of('color');
			const isDrawn = !/none|hidden/.test(of('style')) && parseFloat(of('width')) >= 1;
			return isDrawn && opaque(colour) && colour !== ground;
		});
	};
	const all = 'button, .button, .option, select, textarea, input:not([type=hidden])';
	return (
		[...document.querySelectorAll(all)]
			// The system draws these itself; their label is the target.
			.filter((control) => !control.matches('[type=radio], [type=checkbox]'))
			.filter((control) => control.checkVisibility() && !isFramed(control))
			.filter((control) => !getComputedStyle(control).textDecorationLine.includes('underline'))
			.map((control) => `no edge: ${control.outerHTML.slice(0, 80)}`)
	);
}

/** The page says its language and its direction. */
async function directions(page: Page, language: string): Promise<string[]> {
	const { lang, dir } = await page.evaluate(() => {
		const { lang, dir } = document.documentElement;
		return { lang, dir };
	});
	const right = lang === 'ar' ? 'rtl' : 'ltr';
	return [
		...(lang === language ? [] : [`its language is ${lang}, not ${language}`]),
		...(dir === right ? [] : [`its direction is ${dir}`])
	];
}
