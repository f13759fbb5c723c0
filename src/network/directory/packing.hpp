// zstd (RFC 8878), with a bound on the unpacked size.
#pragma once

#include <memory>

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "network/directory/error.hpp"

namespace qnet::directory {

/// Makes one frame that tells its size from several pieces: a long list is packed between other work.
class Packer {
 public:
  /// `size`: of all pieces together.
  explicit Packer(std::size_t size);
  ~Packer();

  void add(base::ByteView piece);
  /// After the last piece.
  [[nodiscard]] base::Bytes finish();

 private:
  struct Context;
  void write(base::ByteView piece, bool last);
  std::unique_ptr<Context> context_;
  base::Bytes packed_;
};

[[nodiscard]] base::Bytes pack(base::ByteView bytes);

/// One whole frame that tells its size. Errors: malformed, too_large.
[[nodiscard]] base::Result<base::Bytes> unpack(base::ByteView packed, std::size_t largest);

}  // namespace qnet::directory
