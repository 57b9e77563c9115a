"""binascii.crc32 for builds without it. No table: 8 steps a byte, some 0.1 ms on an RP2040."""


def crc32(data, crc: int = 0) -> int:
    """CRC-32 as in Ethernet and zip; `crc` is that of what came before."""
    high = crc >> 16 ^ 0xFFFF  # in halves, since a small int of a board has 31 bits
    low = crc & 0xFFFF ^ 0xFFFF
    for byte in data:
        low ^= byte
        for _ in range(8):
            odd = low & 1
            low = low >> 1 | (high & 1) << 15
            high >>= 1
            if odd:
                high ^= 0xEDB8
                low ^= 0x8320
    return (high ^ 0xFFFF) << 16 | low ^ 0xFFFF
