#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#include "foundation/base/reader.hpp"
#include "protocol/tls/messages.hpp"

namespace qnet::tls {

namespace {

// RFC 8879 §7.3.
enum Algorithm : std::uint16_t { zlib = 1, brotli = 2, zstd = 3 };

/// Fills `out` exactly, or says false.
bool unpack(std::uint16_t algorithm, base::ByteView packed, base::Bytes& out) {
  switch (algorithm) {
    case zlib: {
      auto size = static_cast<uLongf>(out.size());
      return uncompress(out.data(), &size, packed.data(), packed.size()) == Z_OK && size == out.size();
    }
    case brotli: {
      auto size = out.size();
      return BrotliDecoderDecompress(packed.size(), packed.data(), &size, out.data()) ==
                 BROTLI_DECODER_RESULT_SUCCESS &&
             size == out.size();
    }
    case zstd: return ZSTD_decompress(out.data(), out.size(), packed.data(), packed.size()) == out.size();
    default: return false;
  }
}

}  // namespace

base::Result<base::Bytes> unpack_certificate(base::ByteView message) {
  base::Reader reader(message);
  const auto algorithm = reader.integer<std::uint16_t>();
  const auto high = reader.integer<std::uint8_t>();
  const auto low = reader.integer<std::uint16_t>();
  const auto packed_high = reader.integer<std::uint8_t>();
  const auto packed = packed_high ? reader.vector<std::uint16_t>() : std::nullopt;
  // A packed certificate of 64 KiB or more would unpack to more than we take.
  if (!packed || *packed_high != 0 || !reader.empty()) return base::fail(Errc::malformed);
  const auto size = (std::size_t{*high} << 16U) | *low;
  if (size == 0 || size > MessageLimits::handshake) return base::fail(Errc::too_long);
  base::Bytes out(size);
  if (!unpack(*algorithm, *packed, out)) return base::fail(Errc::compression);
  return out;
}

}  // namespace qnet::tls
