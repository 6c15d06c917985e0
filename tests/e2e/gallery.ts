import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, Page } from 'playwright-core';
import { startFleet } from '../support/servers.ts';
import { BEHIND_PROXY, newTapper } from '../support/tapper.ts';
import { playAll, troubleScenes } from './all-scenes.ts';
import { WAYS } from './scenes.ts';

const SCHEMES = ['light', 'dark'] as const;

/** A page in one language, and its pictures in the order of `SCHEMES`; paths from the folder. */
interface Shown {
	workflow: string;
	language: string;
	name: string;
	pictures: string[];
}

/**
 * Plays every scene of every starter in every language and takes a picture of each page at its whole
 * length on a screen of 360 × 640, light and dark, into `folder`, with an `index.html` that shows
 * them side by side. Gives how many there are.
 */
export async function shootAll(browser: Browser, folder: string): Promise<number> {
	const fleet = await startFleet({ browser: true, env: BEHIND_PROXY });
	const shown: Shown[] = [];
	try {
		await troubleScenes(fleet);
		for (const way of WAYS) {
			const { workflow, language } = way;
			mkdirSync(join(folder, workflow), { recursive: true });
			const tapper = await newTapper(browser, { locale: language });
			let number = 0;
			await playAll(fleet, tapper, way, async (name) => {
				number += 1;
				const file = `${String(number).padStart(2, '0')}-${name.replace(/\W+/g, '-')}-${language}`;
				const pictures = await shoot(tapper.page, folder, `${workflow}/${file}`);
				shown.push({ workflow, language, name, pictures });
			});
			await tapper.context.close();
			console.log(`${workflow} in ${language}: ${number} pages`);
		}
	} finally {
		await fleet.close();
	}
	writeFileSync(join(folder, 'index.html'), indexOf(shown));
	return shown.length * SCHEMES.length;
}

async function shoot(page: Page, folder: string, file: string): Promise<string[]> {
	const pictures: string[] = [];
	for (const colorScheme of SCHEMES) {
		const picture = `${file}-${colorScheme}.png`;
		await page.emulateMedia({ colorScheme });
		await page.screenshot({ path: join(folder, picture), fullPage: true });
		pictures.push(picture);
	}
	await page.emulateMedia({ colorScheme: null });
	return pictures;
}

/** A section a workflow, a row a page, its languages beside each other. */
function indexOf(shown: Shown[]): string {
	const sections = Map.groupBy(shown, ({ workflow }) => workflow);
	const body = [...sections].map(([workflow, pages]) => {
		const rows = [...Map.groupBy(pages, ({ name }) => name)].map(([name, versions]) => {
			const pictures = versions.flatMap((version) => version.pictures);
			const images = pictures.map((path) => `<img loading="lazy" src="${path}" alt="${path}">`);
			return `<h3>${name}</h3><p>${images.join('\n')}</p>`;
		});
		return `<h2>${workflow}</h2>${rows.join('\n')}`;
	});
	return `<!doctype html><meta charset="utf-8"><title>Every customer page</title>
<style>body{font-family:system-ui;background:#888}p{display:flex;gap:8px;align-items:start}img{width:240px}</style>
${body.join('\n')}
`;
}
