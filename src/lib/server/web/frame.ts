import type { RequestEvent } from '@sveltejs/kit';
import type { Chrome, Frame } from '../../contracts/pages.ts';
import type { PublishedWorkflow } from '../../domain/workflow/document.ts';
import { direction } from '../../domain/workflow/format.ts';

/**
 * What stands around a page of a case, and the frame that the hook writes into `<html>`. `base` is
 * the path that the page's own addresses begin with.
 */
export function chromeOf(
	event: Pick<RequestEvent, 'url' | 'locals'>,
	{ frame, workflow }: { frame: Frame; workflow: PublishedWorkflow },
	base: string
): Chrome {
	event.locals.frame = frame;
	return { frame, base, here: event.url.pathname, languages: workflow.document.languages };
}

/** The frame of a page that knows no case, and so no brand. */
export const plainFrame = (language: string): Frame => ({
	language,
	direction: direction(language),
	brand: { name: '', mark: '', colour: '', ink: '' }
});

/** What stands around a page of no case. */
export function plainChrome({ locals }: Pick<RequestEvent, 'locals'>, language: string): Chrome {
	locals.frame = plainFrame(language);
	return { frame: locals.frame, base: '', here: '', languages: [] };
}

const COLOUR = /^#[0-9a-f]{6}$/i;

/** The brand's two colours as CSS; nothing unless both are plain colours. */
const colours = ({ brand }: Frame): string =>
	COLOUR.test(brand.colour) && COLOUR.test(brand.ink)
		? `:root{--brand:${brand.colour};--brand-ink:${brand.ink}}`
		: '';

// On a page without a brand it goes as a whole: there may be no nonce that lets a style in.
const BRAND_STYLE = /<style nonce="[^"]*">\s*%tapdone\.brand%\s*<\/style>/;

/**
 * Fills the places that `app.html` keeps for the frame, in the first chunk of a page. They all
 * stand in its head, before anything that a person wrote.
 */
export const dress = (html: string, frame: Frame): string =>
	html
		.replace('%tapdone.language%', () => frame.language)
		.replace('%tapdone.direction%', frame.direction)
		.replace(BRAND_STYLE, (style) => {
			const brand = colours(frame);
			return brand && style.replace('%tapdone.brand%', brand);
		});
