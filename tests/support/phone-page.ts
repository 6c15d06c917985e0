export interface PhonePage {
	/** Paths of the links in its messages, the oldest first. */
	links: string[];
	/** Codes in its messages, the oldest first. */
	codes: string[];
}

/**
 * What stands on a customer's simulated phone, read from its page: nobody but the server can look
 * into an embedded database that is in use.
 */
export async function readPhone(server: string, customer: string): Promise<PhonePage> {
	const list = await page(server, `/phone?q=${encodeURIComponent(customer)}`);
	const address = /href="(\/phone\?[^"]*handset=[^"]+)"/.exec(list)?.[1];
	if (!address) return { links: [], codes: [] };
	const phone = await page(server, address.replaceAll('&amp;', '&'));
	return {
		links: all(phone, /<a href="https?:\/\/[^/"]+(\/l\/[^"]+)"/g),
		codes: all(phone, /<button[^>]*>(\d{6})</g)
	};
}

const page = async (server: string, path: string): Promise<string> =>
	(await fetch(new URL(path, server), { headers: { accept: 'text/html' } })).text();

const all = (text: string, pattern: RegExp): string[] =>
	[...text.matchAll(pattern)].flatMap(([, found]) => found ?? []);
