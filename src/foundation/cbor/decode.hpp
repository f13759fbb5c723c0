#pragma once

#include "foundation/base/bytes.hpp"
#include "foundation/base/result.hpp"
#include "foundation/cbor/error.hpp"
#include "foundation/cbor/value.hpp"

namespace qnet::cbor {

struct Limits {
  /// Our messages nest three deep.
  std::size_t depth = 16;
  /// Of the whole input; a directory snapshot is the largest thing that we read.
  std::size_t size = 16U * 1024 * 1024;
};

/// Takes only what encode() writes: any other form of the same data is refused. Memory is bounded by the
/// input's size, whatever lengths it declares.
[[nodiscard]] base::Result<Value> decode(base::ByteView input, const Limits& limits = {});

}  // namespace qnet::cbor
