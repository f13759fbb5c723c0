// For tests: a connection whose speed the test scripts, and the lengths of the TLS records that it was given.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "foundation/base/endian.hpp"
#include "foundation/net/byte_stream.hpp"

namespace qnet::site::testing {

struct Line {
  std::string name;
  std::vector<std::size_t> rooms;  ///< what write_room() says between writes, in turn; empty: always SIZE_MAX
  std::vector<std::size_t> takes;  ///< what try_write() takes, in turn, and then nothing; empty: everything
};

class MeasuredLine final : public net::ByteStream {
 public:
  MeasuredLine(std::unique_ptr<net::ByteStream> lower, Line line)
      : lower_(std::move(lower)), line_(std::move(line)) {}

  /// Counts anew. From here on the line is as slow as it was told to be.
  void forget() {
    written_.clear();
    writes_ = 0;
    scripted_ = true;
  }
  /// How many records of each length were written since; of the header's own word.
  [[nodiscard]] std::map<std::size_t, std::size_t> record_sizes() const {
    std::map<std::size_t, std::size_t> sizes;
    for (std::size_t at = 0; at + 5 <= written_.size();) {
      const std::size_t size = base::load_be<std::uint16_t>(written_.data() + at + 3);
      ++sizes[size];
      at += 5 + size;
    }
    return sizes;
  }

  net::Task<base::Result<void>> wait_readable() override { return lower_->wait_readable(); }
  base::Result<std::size_t> try_read(base::MutableBytes out) override { return lower_->try_read(out); }
  net::Task<base::Result<void>> wait_writable() override { return lower_->wait_writable(); }
  [[nodiscard]] std::size_t write_room() const override {
    if (!scripted_ || line_.rooms.empty()) return std::numeric_limits<std::size_t>::max();
    return line_.rooms[writes_ % line_.rooms.size()];
  }
  base::Result<std::size_t> try_write(base::ByteView bytes) override {
    if (scripted_ && !line_.takes.empty()) {
      if (std::exchange(refuses_, !refuses_)) return 0;
      bytes = bytes.first(std::min(bytes.size(), line_.takes[writes_ % line_.takes.size()]));
    }
    const auto put = lower_->try_write(bytes);
    if (put) base::append(written_, bytes.first(*put));
    ++writes_;
    return put;
  }
  void finish() override { lower_->finish(); }
  void reset() override { lower_->reset(); }
  void close() override { lower_->close(); }
  [[nodiscard]] boost::asio::any_io_executor executor() override { return lower_->executor(); }

 private:
  std::unique_ptr<net::ByteStream> lower_;
  Line line_;
  base::Bytes written_;
  std::size_t writes_ = 0;
  bool scripted_ = false;
  bool refuses_ = false;
};

}  // namespace qnet::site::testing
