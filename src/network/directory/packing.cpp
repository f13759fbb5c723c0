#include "network/directory/packing.hpp"

#include <new>
#include <stdexcept>

#include <zstd.h>

namespace qnet::directory {

namespace {
// Keys and signatures do not shrink; higher levels cost time and save a percent.
constexpr int kLevel = 3;
}  // namespace

struct Packer::Context {
  struct Free {
    void operator()(ZSTD_CCtx* context) const { ZSTD_freeCCtx(context); }
  };
  std::unique_ptr<ZSTD_CCtx, Free> zstd{ZSTD_createCCtx()};
};

Packer::Packer(std::size_t size) : context_(std::make_unique<Context>()) {
  if (context_->zstd == nullptr) throw std::bad_alloc();
  ZSTD_CCtx_setParameter(context_->zstd.get(), ZSTD_c_compressionLevel, kLevel);
  ZSTD_CCtx_setPledgedSrcSize(context_->zstd.get(), size);
}
Packer::~Packer() = default;

void Packer::write(base::ByteView piece, bool last) {
  ZSTD_inBuffer in{piece.data(), piece.size(), 0};
  const auto step = ZSTD_CStreamOutSize();
  for (std::size_t left = 1; left > 0;) {
    const auto had = packed_.size();
    packed_.resize(had + step);
    ZSTD_outBuffer out{packed_.data() + had, step, 0};
    left = ZSTD_compressStream2(context_->zstd.get(), &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
    packed_.resize(had + out.pos);
    // Only when more or fewer bytes came than were announced: a mistake of the caller.
    if (ZSTD_isError(left) != 0) throw std::length_error(ZSTD_getErrorName(left));
    if (!last && in.pos == in.size) return;
  }
}

void Packer::add(base::ByteView piece) { write(piece, false); }

base::Bytes Packer::finish() {
  write({}, true);
  packed_.shrink_to_fit();
  return std::move(packed_);
}

base::Bytes pack(base::ByteView bytes) {
  Packer packer(bytes.size());
  packer.add(bytes);
  return packer.finish();
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
