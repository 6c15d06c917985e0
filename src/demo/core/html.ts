import { createHash } from 'node:crypto';
import type { Answer } from './answer.ts';
import { STYLE } from './style.ts';
import { ZONE } from './time.ts';

/** Markup that is safe to put in as it stands. */
export class Html {
	readonly text: string;
	constructor(text: string) {
		this.text = text;
	}
}

const ESCAPES: Record<string, string> = {
	'&': '&amp;',
	'<': '&lt;',
	'>': '&gt;',
	'"': '&quot;',
	"'": '&#39;'
};

type Piece = Html | string | number | null | undefined | Piece[];

const render = (piece: Piece): string => {
	if (piece instanceof Html) return piece.text;
	if (Array.isArray(piece)) return piece.map(render).join('');
	return String(piece ?? '').replaceAll(/[&<>"']/g, (sign) => ESCAPES[sign] ?? sign);
};

/** Template tag: every value is escaped unless it is markup made by this tag. */
export const html = (parts: TemplateStringsArray, ...pieces: Piece[]): Html =>
	new Html(parts.map((part, index) => part + render(pieces[index])).join(''));

const styleHash = createHash('sha256').update(STYLE).digest('base64');
const CSP = `default-src 'none'; style-src 'sha256-${styleHash}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'`;

/** A whole page. Nothing on it runs. */
export function page(title: string, main: Html, status = 200): Answer {
	const head = new Html(`<style>${STYLE}</style>`);
	const body = html`<!doctype html>
		<html lang="en">
			<head>
				<meta charset="utf-8" />
				<meta name="viewport" content="width=device-width, initial-scale=1" />
				<meta name="color-scheme" content="light dark" />
				<title>${title} · Demo core</title>
				${head}
			</head>
			<body>
				<header>
					<a href="/"><b>Demo core</b></a> <span>a made-up system of record</span>
				</header>
				<main>${main}</main>
			</body>
		</html>`;
	return {
		status,
		body: body.text,
		headers: {
			'content-security-policy': CSP,
			'referrer-policy': 'no-referrer',
			'x-content-type-options': 'nosniff'
		}
	};
}

/** Minor units as people write them. */
export function money(amount: number, currency: string): string {
	const format = new Intl.NumberFormat('en-GB', { style: 'currency', currency });
	const digits = format.resolvedOptions().maximumFractionDigits ?? 2;
	return format.format(amount / 10 ** digits);
}

/** `2026-11-20` as 20 Nov 2026. */
export const day = (date: string | null): string =>
	date === null
		? '—'
		: new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeZone: 'UTC' }).format(
				new Date(`${date}T00:00:00Z`)
			);

/** An instant with its zone: 20 Nov 2026, 14:35:10 CET. */
export const moment = (at: number): string =>
	new Intl.DateTimeFormat('en-GB', {
		dateStyle: 'medium',
		timeStyle: 'long',
		timeZone: ZONE
	}).format(at);
