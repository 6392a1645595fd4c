//! Remainders of polynomials, by which a frame tells whether it is whole.

/// x⁸ + x² + x + 1.
pub(super) fn crc8(bytes: &[u8]) -> u8 {
    bytes.iter().fold(0, |crc, byte| {
        (0..8).fold(crc ^ byte, |crc, _| (crc << 1) ^ if crc & 0x80 == 0 { 0 } else { 7 })
    })
}

/// What each byte adds to the remainder by x¹⁶ + x¹⁵ + x² + 1 when so many others follow.
static REMAINDERS: [[u16; 256]; 16] = {
    let mut table = [[0; 256]; 16];
    let mut byte = 0;
    while byte < 256 {
        let mut crc = (byte as u16) << 8;
        let mut at = 0;
        while at < 128 {
            crc = (crc << 1) ^ if crc & 0x8000 == 0 { 0 } else { 0x8005 };
            at += 1;
            if at % 8 == 0 {
                table[at / 8 - 1][byte] = crc;
            }
        }
        byte += 1;
    }
    table
};

/// The remainder by x¹⁶ + x¹⁵ + x² + 1, sixteen bytes at a time.
pub(super) fn crc16(bytes: &[u8]) -> u16 {
    let (parts, rest) = bytes.as_chunks::<16>();
    let crc = parts.iter().fold(0_u16, |crc, part| {
        let mut sum = 0;
        for at in 2..16 {
            sum ^= REMAINDERS[15 - at][usize::from(part[at])];
        }
        let [high, low] = crc.to_be_bytes();
        let first = REMAINDERS[15][usize::from(part[0] ^ high)];
        sum ^ (first ^ REMAINDERS[14][usize::from(part[1] ^ low)])
    });
    rest.iter().fold(crc, |crc, byte| {
        let [high, low] = crc.to_be_bytes();
        u16::from_be_bytes([low, 0]) ^ REMAINDERS[0][usize::from(high ^ byte)]
    })
}
