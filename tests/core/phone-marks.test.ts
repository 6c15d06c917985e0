import { expect, test } from 'vitest';
import { type Marks, unreadIn, unreadOf } from '../../src/lib/ui/phone/marks.ts';
import { faceOf } from '../../src/lib/ui/phone/view.ts';

const phone = { id: 'a', messages: { sms: 3, whatsapp: 2, email: 0 } };

test('what was read in one app stays read while another is open', () => {
	const marks: Marks = {};
	expect(unreadOf(phone, marks)).toBe(5);
	marks['a'] = { sms: 3 };
	marks['a'] = { ...marks['a'], whatsapp: 2 };
	expect([unreadIn(phone, 'sms', marks), unreadIn(phone, 'whatsapp', marks)]).toEqual([0, 0]);
	const later = { ...phone, messages: { ...phone.messages, sms: 4 } };
	expect([unreadOf(later, marks), unreadIn(later, 'sms', marks)]).toEqual([1, 1]);
	expect(unreadOf({ ...later, id: 'b' }, marks)).toBe(6);
});

test('a face shows who it is: letters of the name, or the end of a reference', () => {
	expect(faceOf('Anna Brandt').letters).toBe('AB');
	expect(faceOf('Marie-Luise von der Heydt-Schönefeld').letters).toBe('MS');
	expect(faceOf('C-1022').letters).toBe('22');
	expect(faceOf('ليلى').letters).toBe('ل');
	expect(faceOf('').letters).toBe('');
	const colours = ['C-1021', 'C-1022', 'C-1023', 'C-1024'].map((one) => faceOf(one).colour);
	expect(new Set(colours).size).toBe(4);
	expect(faceOf('Anna Brandt')).toEqual(faceOf('Anna Brandt'));
});
