import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAddressGuard, isPublicAddress } from './public-address.ts';

const PUBLIC = [
  '1.1.1.1',
  '8.8.8.8',
  '9.255.255.255',
  '11.0.0.0',
  '100.63.255.255',
  '100.128.0.0',
  '126.255.255.255',
  '128.0.0.0',
  '168.63.129.15',
  '169.253.255.255',
  '169.255.0.0',
  '172.15.255.255',
  '172.32.0.0',
  '192.0.1.0',
  '192.167.255.255',
  '192.169.0.0',
  '198.17.255.255',
  '198.20.0.0',
  '223.255.255.255',
  '2001:200::1',
  '2001:4860:4860::8888',
  '2606:4700:4700::1111',
  '2a00:1450:4001:81b::200e',
  '2000::',
  '3ffe:ffff::1',
  '::ffff:8.8.8.8',
  '::FFFF:0808:0808',
  '::8.8.8.8',
  '::ffff:0:8.8.8.8',
  '64:ff9b::808:808',
  '64:ff9b:1:808:8:800::',
  '2002:808:808::1',
  '2001:0:808:808:0:0:f7f7:f7f7',
  '2a00:1450::5efe:808:808',
];

const REFUSED = [
  // Special IPv4, both ends of each range
  '0.0.0.0',
  '0.255.255.255',
  '10.0.0.0',
  '10.0.0.1',
  '10.255.255.255',
  '100.64.0.0',
  '100.100.100.200',
  '100.127.255.255',
  '127.0.0.1',
  '127.255.255.255',
  '168.63.129.16',
  '169.254.0.0',
  '169.254.169.254',
  '169.254.255.255',
  '172.16.0.0',
  '172.31.255.255',
  '192.0.0.0',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.0.1',
  '192.168.255.255',
  '198.18.0.0',
  '198.19.255.255',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.255',
  '240.0.0.1',
  '255.255.255.255',
  // Special IPv6
  '::',
  '::1',
  '100::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fd20:ce::254',
  'fe80::1',
  'fe80::1%eth0',
  'fec0::1',
  'ff02::1',
  'ff0e::1',
  '1fff:ffff::1',
  '4000::1',
  '2001:2::1',
  '2001:10::1',
  '2001:20::1',
  '2001:1ff:ffff::1',
  '2001:db8::1',
  '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff',
  '3fff::1',
  '3fff:fff::1',
  // IPv4 within IPv6
  '::ffff:127.0.0.1',
  '::ffff:7f00:1',
  '0:0:0:0:0:ffff:7f00:1',
  '::ffff:0.0.0.0',
  '::ffff:169.254.169.254',
  '::7f00:1',
  '::a9fe:a9fe',
  '::ffff:0:7f00:1',
  '::ffff:0:10.0.0.1',
  '64:ff9b::7f00:1',
  '64:ff9b::10.0.0.1',
  '64:ff9b:1:7f00:0:100::',
  '64:ff9b:1:a9fe:a9:fe00::',
  '64:ff9b:1::808:808',
  '64:ff9b:1:808:8:800::1',
  '64:ff9b:1:808:108:800::',
  '64:ff9b:2::1',
  '2002:7f00:1::',
  '2002:a9fe:a9fe::1',
  '2002:c0a8:1::1',
  '2001:0:0:0:0:0:80ff:fffe',
  '2001:0:808:808:0:0:80ff:fffe',
  '2001:0:7f00:1:0:0:f7f7:f7f7',
  'fe80::5efe:808:808',
  '2a00:1450::5efe:7f00:1',
  '2a00:1450::200:5efe:a00:1',
  '2002:808:808::5efe:7f00:1',
  // No address, or one over which parsers disagree
  '',
  'localhost',
  '127.1',
  '0177.0.0.1',
  '010.8.8.8',
  '0x8.0x8.0x8.0x8',
  '134744072',
  '8.8.8',
  '8.8.8.8.',
  ' 8.8.8.8',
  '8.8.8.8/32',
  '[2606:4700::1]',
  '2606:4700::1%1',
];

describe('isPublicAddress', () => {
  it.each(PUBLIC)('takes %s', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it.each(REFUSED)('refuses "%s"', (address) => {
    expect(isPublicAddress(address)).toBe(false);
  });

  const byte = fc.nat(255);
  const ipv4 = fc.tuple(byte, byte, byte, byte);

  it('law: an IPv4 address is judged alike in every wrapping', () => {
    fc.assert(
      fc.property(ipv4, (bytes) => {
        const expected = isPublicAddress(bytes.join('.'));
        for (const wrapped of wrappings(bytes))
          expect([wrapped, isPublicAddress(wrapped)]).toEqual([wrapped, expected]);
      }),
    );
  });

  it('law: an IPv6 address outside 2000::/3 that wraps nothing is refused', () => {
    const segment = fc.nat(0xffff);
    fc.assert(
      fc.property(
        fc.tuple(segment, segment, segment, segment, segment, segment, segment, segment),
        (segments) => {
          const [first, second] = segments;
          fc.pre(first >> 13 !== 1 && first !== 0 && !(first === 0x64 && second === 0xff9b));
          expect(isPublicAddress(segments.map((value) => value.toString(16)).join(':'))).toBe(false);
        },
      ),
    );
  });

  it('law: any text gets an answer', () => {
    fc.assert(fc.property(fc.string(), (text) => typeof isPublicAddress(text) === 'boolean'));
  });
});

/** The IPv4-mapped forms first. RFC 4291, 2765, 6052, 8215, 3056, 4380 and 5214, with a public Teredo server and ISATAP prefix. */
function wrappings(bytes: readonly number[]): readonly string[] {
  const hex = (...indices: readonly number[]) =>
    indices.map((index) => (bytes[index] ?? 0).toString(16).padStart(2, '0')).join('');
  const inverted = bytes.map((byte) => (byte ^ 0xff).toString(16).padStart(2, '0'));
  return [
    `::ffff:${bytes.join('.')}`,
    `::ffff:${hex(0, 1)}:${hex(2, 3)}`,
    `::${bytes.join('.')}`,
    `::ffff:0:${bytes.join('.')}`,
    `64:ff9b::${bytes.join('.')}`,
    `64:ff9b:1:${hex(0, 1)}:00${hex(2)}:${hex(3)}00:0:0`,
    `2002:${hex(0, 1)}:${hex(2, 3)}::1`,
    `2001:0:808:808:0:0:${inverted.slice(0, 2).join('')}:${inverted.slice(2).join('')}`,
    `2606:4700::5efe:${hex(0, 1)}:${hex(2, 3)}`,
    `2606:4700::200:5efe:${hex(0, 1)}:${hex(2, 3)}`,
  ];
}

describe('createAddressGuard', () => {
  it('takes public addresses and those in exempt ranges, and no others', () => {
    const guard = createAddressGuard(['127.0.0.0/8', '10.1.2.3/16', '192.168.1.1', 'fd00::/8', '::1/128']);
    for (const address of [
      '8.8.8.8',
      '127.0.0.1',
      '127.9.9.9',
      '10.1.255.255',
      '192.168.1.1',
      'fdab::1',
      '::1',
    ]) {
      expect([address, guard.allows(address)]).toEqual([address, true]);
    }
    for (const address of ['10.2.0.0', '192.168.1.2', '169.254.169.254', 'fc00::1', '::', 'localhost', '']) {
      expect([address, guard.allows(address)]).toEqual([address, false]);
    }
  });

  it('sees an exempt IPv4 address in its IPv4-mapped form, which is the same connection, and in no other wrapping', () => {
    const guard = createAddressGuard(['127.0.0.0/8']);
    expect(guard.allows('::ffff:127.0.0.1')).toBe(true);
    for (const address of wrappings([127, 0, 0, 1]).slice(2)) {
      expect([address, guard.allows(address)]).toEqual([address, false]);
    }
  });

  it('reads a range of IPv4-mapped addresses as the IPv4 range that it is', () => {
    const guard = createAddressGuard(['::ffff:10.0.0.0/104']);
    expect(guard.isExempt('10.9.9.9')).toBe(true);
    expect(guard.isExempt('11.0.0.0')).toBe(false);
  });

  it('tells exempt addresses from public ones', () => {
    const guard = createAddressGuard(['127.0.0.0/8']);
    expect([guard.isExempt('127.0.0.1'), guard.isExempt('8.8.8.8')]).toEqual([true, false]);
  });

  it.each(['10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/x', 'fd00::/129', '10/8', 'example.com', ''])(
    'throws for "%s", which is no range',
    (text) => {
      expect(() => createAddressGuard([text])).toThrow('not an address range');
    },
  );
});
