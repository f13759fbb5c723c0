// Transport records (docs/spec/htx.md §6): a TLS header, then u16 length | data | zero padding, sealed in
// place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "foundation/base/byte_sink.hpp"
#include "foundation/base/random.hpp"
#include "foundation/base/result.hpp"
#include "protocol/noise/cipher_state.hpp"
#include "transport/htx/error.hpp"

namespace qnet::htx {

struct RecordLimits {
  static constexpr std::size_t header = 5;
  static constexpr std::size_t length_field = 2;
  static constexpr std::size_t tag = 16;
  /// RFC 8446 §5.2 lets a ciphertext have 2^14 + 256 bytes; real servers stop at 2^14 + 1 + 16, and so do we.
  static constexpr std::size_t body = 16384 + 1 + tag;
  static constexpr std::size_t data = body - tag - length_field;
  static constexpr std::size_t smallest_body = tag + length_field;
  static constexpr std::size_t overhead = header + length_field + tag;
  /// Noise REKEY after this many records in one direction.
  static constexpr std::uint64_t rekey_interval = 65'536;
  /// A record with less data than this gets up to `padding` random extra bytes, so that the sizes of control
  /// frames do not stand out. Bulk records are not padded.
  static constexpr std::size_t small = 512;
  static constexpr std::uint32_t padding = 64;
};

/// Writes the five header bytes of an application_data record.
void write_record_header(std::uint8_t* to, std::size_t body_size);

/// The far end of a byte pipe: plaintext goes in, sealed records come out. Copies each byte once, seals it
/// where it lies, and allocates only when the backlog grows.
class RecordWriter final : public base::ByteSink {
 public:
  RecordWriter(noise::CipherState cipher, base::RandomSource& random);

  void append(base::ByteView bytes) override;

  /// Seals what append() has left open. Call before sending.
  void flush();

  /// Seals one record of exactly `body_size` bytes on the wire (header not counted) that carries no data.
  void append_empty(std::size_t body_size);

  /// Sealed bytes that wait to be sent; valid until the next call that changes the writer.
  [[nodiscard]] base::ByteView pending() const;
  void sent(std::size_t count);

  /// Gives the memory of an empty writer back; for a session that has fallen idle.
  void release_memory();

  /// What waits, sealed or not.
  [[nodiscard]] std::size_t backlog() const { return tail_ - head_; }

  /// False when the key may seal no more; nothing was sent in clear, and what was appended since is lost.
  [[nodiscard]] bool healthy() const { return healthy_; }

 private:
  void reserve(std::size_t extra);
  void open_record();
  void seal_open_record(std::size_t padding);

  noise::CipherState cipher_;
  base::RandomSource& random_;
  std::unique_ptr<std::uint8_t[]> buffer_;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;    // first byte not yet sent
  std::size_t sealed_ = 0;  // end of the sealed bytes
  std::size_t tail_ = 0;    // end of the open record's bytes; == sealed_ when none is open
  bool healthy_ = true;
};

/// Opens records in place.
class RecordReader {
 public:
  explicit RecordReader(noise::CipherState cipher) : cipher_(std::move(cipher)) {}

  struct Opened {
    base::MutableBytes data;  ///< inside `input`
    std::size_t consumed;     ///< of `input`
  };

  /// The first record of `input`; nothing when it is not whole yet. After an error the reader must not be
  /// used.
  [[nodiscard]] base::Result<std::optional<Opened>> open(base::MutableBytes input);

 private:
  noise::CipherState cipher_;
};

}  // namespace qnet::htx
