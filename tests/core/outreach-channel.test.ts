import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseChannel, type Suppression } from '../../src/lib/domain/outreach/choose-channel.ts';
import { CHANNELS, type Channel } from '../../src/lib/domain/workflow/document.ts';

const contacts = { sms: '+4915112345621', email: 'a@example.org' };
const none = new Map<Channel, Suppression>();

describe('choosing a channel', () => {
	it('takes the first of the preference that has a contact, and says what it passed over', () => {
		expect(
			chooseChannel({
				class: 'outreach',
				preference: ['whatsapp', 'sms', 'email'],
				contacts,
				suppressed: none
			})
		).toEqual({
			ok: true,
			value: {
				channel: 'sms',
				contact: '+4915112345621',
				considered: [
					{ channel: 'whatsapp', verdict: 'no-contact' },
					{ channel: 'sms', verdict: 'chosen' },
					{ channel: 'email', verdict: 'not-needed' }
				]
			}
		});
	});

	it('sends no code by e-mail where the workflow does not name it', () => {
		expect(
			chooseChannel({
				class: 'code',
				preference: ['sms'],
				contacts: { email: 'a@example.org' },
				suppressed: none,
				wanted: 'email'
			})
		).toEqual({
			ok: false,
			reason: 'no-reachable-contact',
			detail: [{ channel: 'sms', verdict: 'no-contact' }]
		});
	});

	it('takes the one that the customer picked, if the workflow allows it', () => {
		const chosen = chooseChannel({
			class: 'code',
			preference: ['sms', 'email'],
			contacts,
			suppressed: none,
			wanted: 'email'
		});
		expect(chosen).toMatchObject({ ok: true, value: { channel: 'email' } });
	});

	it('an opt-out stops outreach and lets a code and a notice pass', () => {
		const suppressed = new Map<Channel, Suppression>([['sms', 'opted-out']]);
		const by = (kind: 'outreach' | 'code' | 'notice') =>
			chooseChannel({ class: kind, preference: ['sms', 'email'], contacts, suppressed });
		expect(by('outreach')).toMatchObject({ ok: true, value: { channel: 'email' } });
		expect(by('code')).toMatchObject({ ok: true, value: { channel: 'sms' } });
		expect(by('notice')).toMatchObject({ ok: true, value: { channel: 'sms' } });
	});

	it('never takes a suppressed contact for outreach, an unusable one for anything, or a foreign channel', () => {
		const channels = fc.uniqueArray(fc.constantFrom(...CHANNELS));
		const suppressions = fc.array(
			fc.tuple(fc.constantFrom(...CHANNELS), fc.constantFrom<Suppression>('opted-out', 'unusable'))
		);
		fc.assert(
			fc.property(
				fc.constantFrom('code' as const, 'outreach' as const, 'notice' as const),
				channels,
				channels,
				suppressions,
				fc.option(fc.constantFrom(...CHANNELS), { nil: undefined }),
				(kind, preference, held, pairs, wanted) => {
					const suppressed = new Map(pairs);
					const chosen = chooseChannel({
						class: kind,
						preference,
						contacts: Object.fromEntries(held.map((channel) => [channel, `to ${channel}`])),
						suppressed,
						...(wanted && { wanted })
					});
					const open = preference.filter((channel) => {
						const stop = suppressed.get(channel);
						return held.includes(channel) && stop !== 'unusable' && !(stop && kind === 'outreach');
					});
					expect(chosen.ok).toBe(open.length > 0);
					if (!chosen.ok) return;
					const first = wanted && open.includes(wanted) ? wanted : open[0];
					expect(chosen.value.channel).toBe(first);
					expect(chosen.value.contact).toBe(`to ${first}`);
				}
			)
		);
	});
});
