// A ByteStream that tells when it has broken, also while nobody reads from it or writes to it.
#pragma once

#include <functional>
#include <utility>

#include "foundation/net/byte_stream.hpp"

namespace qnet::net {

class BreakableStream : public ByteStream {
 public:
  /// Calls `function` once, when the peer has reset the stream or its connection has failed; before this
  /// returns, or soon, when that has happened already. An orderly end is no break, nor is what this side
  /// does. There is one function at a time; an empty one takes the last one back. It must not destroy the
  /// stream.
  virtual void on_break(std::function<void()> function) = 0;
};

/// For a scope. One at a time for each stream.
class BreakWatch {
 public:
  BreakWatch(BreakableStream& stream, std::function<void()> function) : stream_(stream) {
    stream_.on_break(std::move(function));
  }
  BreakWatch(const BreakWatch&) = delete;
  BreakWatch& operator=(const BreakWatch&) = delete;
  ~BreakWatch() { stream_.on_break(nullptr); }

 private:
  BreakableStream& stream_;
};

}  // namespace qnet::net
