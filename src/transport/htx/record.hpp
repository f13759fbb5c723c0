// Transport records (docs/spec/htx.md §6): a TLS header, then u16 length | data | zero padding, sealed in
// place.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "foundation/base/bytes.hpp"
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

/// Seals records where they lie, in memory of the caller's.
class RecordWriter {
 public:
  RecordWriter(noise::CipherState cipher, base::RandomSource& random);

  /// Where the data of a record goes that begins at the beginning of `room`; as much as fits into one record
  /// and into `room`, so perhaps nothing.
  [[nodiscard]] static base::MutableBytes data_of(base::MutableBytes room);

  /// Seals that record with the first `data` bytes of data_of(room); little data is padded as far as there is
  /// room. The record's size; nothing when the key may seal no more: `room` then holds what must not be sent.
  [[nodiscard]] std::optional<std::size_t> seal(base::MutableBytes room, std::size_t data);

  /// The same for a record of exactly `body_size` bytes on the wire (header not counted) that carries no
  /// data.
  [[nodiscard]] std::optional<std::size_t> seal_empty(base::MutableBytes room, std::size_t body_size);

 private:
  [[nodiscard]] std::optional<std::size_t> seal_padded(base::MutableBytes room, std::size_t data,
                                                       std::size_t padding);

  noise::CipherState cipher_;
  base::RandomSource& random_;
};

/// Records that come before those of the session, under a key of their own (docs/spec/htx.md §5.2).
struct EarlyRecords {
  noise::CipherState cipher{};
  std::size_t count = 0;
};

/// Opens records in place.
class RecordReader {
 public:
  explicit RecordReader(noise::CipherState cipher, EarlyRecords early = {}) : cipher_(std::move(cipher)) {
    if (early.count > 0) early_ = std::make_unique<EarlyRecords>(std::move(early));
  }

  struct Opened {
    base::MutableBytes data;  ///< inside `input`
    std::size_t consumed;     ///< of `input`
  };

  /// The first record of `input`; nothing when it is not whole yet. After an error the reader must not be
  /// used.
  [[nodiscard]] base::Result<std::optional<Opened>> open(base::MutableBytes input);

 private:
  /// The key of the next record.
  [[nodiscard]] noise::CipherState& cipher() { return early_ ? early_->cipher : cipher_; }

  noise::CipherState cipher_;
  std::unique_ptr<EarlyRecords> early_;  // while some are to come
};

}  // namespace qnet::htx
