#include "directory/packing.hpp"

#include <zstd.h>

namespace qnet::directory {

namespace {
// Keys and signatures do not shrink; higher levels cost time and save a percent.
constexpr int kLevel = 3;
}  // namespace

base::Bytes pack(base::ByteView bytes) {
  base::Bytes packed(ZSTD_compressBound(bytes.size()));
  const auto size = ZSTD_compress(packed.data(), packed.size(), bytes.data(), bytes.size(), kLevel);
  packed.resize(ZSTD_isError(size) != 0 ? 0 : size);
  packed.shrink_to_fit();
  return packed;
}

base::Result<base::Bytes> unpack(base::ByteView packed, std::size_t largest) {
  const auto size = ZSTD_getFrameContentSize(packed.data(), packed.size());
  if (size == ZSTD_CONTENTSIZE_ERROR || size == ZSTD_CONTENTSIZE_UNKNOWN) return base::fail(Errc::malformed);
  if (size > largest) return base::fail(Errc::too_large);
  base::Bytes bytes(static_cast<std::size_t>(size));
  // One frame, and nothing behind it: trailing bytes would be a second form of the same list.
  if (ZSTD_findFrameCompressedSize(packed.data(), packed.size()) != packed.size() ||
      ZSTD_decompress(bytes.data(), bytes.size(), packed.data(), packed.size()) != bytes.size())
    return base::fail(Errc::malformed);
  return bytes;
}

}  // namespace qnet::directory
