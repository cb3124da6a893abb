"""What the words of a sentence stand for: concepts shared by Chinese and English, stems, and their denial."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import rjieba
import Stemmer

from fairground.language import dictionary
from fairground.language.normalise import fold

# A rarer rendering of a word is more often wrong than right.
_LEAST_RENDERING = 0.08

Translate = Callable[[str], Sequence[str]]

_STOP_EN = frozenset(
    "a an the of for to in on at by with within from into onto over under and or as is are was were be been being it its this that these those "
    "which who whose there their they them we our us i you your he she his her also both each every any all such other another more most much "
    "many some than then so if when while where whether how what about around approximately can could may might must shall should will would "
    "do does did done have has had having not no nor only just even very up down out off per via during after before between through against "
    "e g i ie eg etc one two following including include includes included least need needs needed require requires required requirement requirements "
    "able ability capable capability allow allows enable enables make makes made get take takes provide provides providing provided offer offers offered "
    "use uses used using utilise utilize support supports supported supporting work works working operate operates operated operating run runs "
    "running reach reaches reached reaching achieve achieves achieved achieving attain meet meets exceed exceeds exceeding become becomes "
    "give gives given show shows shown report reported measured measure tested test tests based suitable available new novel well further still already now "
    "current currently present typical typically average approximately maximum minimum max min equal greater less higher lower better below above "
    "without never neither however therefore thus because due since although though but yet keep keeps remain remains contain contains containing "
    "like same different several various total overall whole entire full good fully completely entirely purely simply easily directly free value values rate level levels number result results feature features".split()
)  # fmt: skip
_GENERIC_EN = frozenset(
    "system systems device devices product products solution solutions technology technologies technique method methods process processes approach "
    "equipment unit units tool machine apparatus material materials design prototype module component components application applications offer team "
    "company project performance function functions instrument plant platform sample samples model version user users customer customers developed develop external additional extra range ranges reduce reduces reduced reducing reduction cut cuts lower lowers lowered fall falls fell rise rises rose increase increases increased increasing improve improves improved improving improvement decrease decreases decreased save saves saved compared any separate special dedicated".split()
)  # fmt: skip
_STOP_ZH = frozenset(
    "的 了 和 与 及 或 以及 并 并且 且 在 于 对 为 是 有 由 从 到 至 以 其 该 本 此 这 那 各 每 等 等等 中 上 下 内 外 里 后 前 时 将 被 把 使 让 令 给 可 可以 能 能够 会 应 应当 "
    "应该 须 必须 需 需要 要 要求 不得 得 具有 具备 拥有 带有 采用 使用 利用 运用 应用 通过 基于 根据 按照 进行 实现 提供 支持 满足 符合 达到 达 可达 高达 约 大约 左右 以上 以下 以内 "
    "不低于 不高于 不超过 不少于 不大于 不小于 大于 小于 低于 高于 超过 至少 最高 最低 最大 最小 不 无 未 没 没有 非 无需 无须 不需 不需要 不用 完全 充分 直接 均 都 也 还 又 则 而 即 就 便 已 已经 "
    "目前 现有 现 当前 如 例如 包括 包含 含 含有 其中 同时 以便 用于 适用 适用于 适合 适应 保证 确保 保持 能力 要 之 间 之间 个 种 类 项 一 二 三 两 多 所 较 更 很 最 仍 仍然 只 仅 "
    "全 全程 整 且 或者 及其 相关 主要 一般 通常 平均 实测 测试 测得 经 标准 有效 良好 水平 指标 过程 过程中 情况 条件 条件下 状态 方面 数值 值 数 率 度 量 性 型 化 单 大 小 高 低 好 优于 "
    "尚未 从未 不会 不能 无法 免 覆盖 范围 运行 工作 使用 控制 控制在 仍为 仅为 只有 稳定 稳定在 为止 来 去".split()
)  # fmt: skip
_GENERIC_ZH = frozenset(
    "系统 设备 产品 技术 方案 方法 装置 工艺 材料 样品 样机 整机 本机 仪器 平台 模块 单元 本品 项目 成果 团队 公司 用户 客户 功能 性能 设计 开发 研发 研制 制备 制造 生产 综合 整体 总 单台 "
    "额定 典型 批 批次 机 器 件 成品 本产品 本系统 本项目 产线 企业 外部 外接 额外 任何 附加 专门 另外 系列 制剂 工厂 单套 每套 单位 提高 提升 降低 减少 下降 缩短 增加 节省 节约 相比".split()
)  # fmt: skip

_EXCLUSIVE = (
    ("input", "输入", "进水", "进口处", "inlet", "influent", "入口"), ("output", "输出", "出水", "outlet", "effluent", "出口"),
    ("charge", "充电", "charging"), ("discharge", "放电", "discharging"),
    ("storage", "储存", "存储", "贮存", "stored"), ("operating", "工作", "运行", "使用", "service", "working"),
    ("inner", "内"), ("outer", "外"), ("horizontal", "水平"), ("vertical", "垂直", "竖直"),
    ("static", "静态"), ("dynamic", "动态"), ("peak", "峰值", "最大"), ("continuous", "连续", "平均"),
)  # fmt: skip

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|[\u3400-\u9fff]+|\d+[A-Za-z]+\d*")
_STEMMER = Stemmer.Stemmer("english")

_NEGATOR_EN = re.compile(
    r"\b(?:without(?:\s(?:the\s)?(?:need|use|requirement|addition|aid|help)\s(?:for|of))?|free\s(?:of|from)|no\slonger|no\sneed\s(?:for|of|to)|not\syet|not|no|never|neither|nor|"
    r"cannot|can't|n't|lacks?|lacking|absence\sof|eliminat(?:e|es|ed|ing)(?:\sthe\s(?:need\sfor|use\sof))?|avoid(?:s|ed|ing)?|instead\sof|rather\sthan|excluding|"
    r"exclud(?:es?|ed)|unable\sto|fails?\sto|failed\sto|zero|replac(?:es|ed|ing)|dispens(?:es|ing)\swith|obviates?|prohibit(?:s|ed)?|forbid(?:s|den)?)\b"
    r"|(?<=[a-z])n't\b",
    re.IGNORECASE,
)
_NEGATOR_SKIP_EN = re.compile(
    r"\s(?:only|limited\sto|just|(?:be\s)?(?:less|more|lower|higher|greater|fewer|later|exceed\w*|below|above)|necessarily|least)\b", re.IGNORECASE
)
_NEGATION_STOP_EN = re.compile(
    r"[,;:()]|\.(?=\s|$)|\b(?:but|yet|while|whereas|although|and\s(?:is|are|has|have|can|offers?|provides?|runs?|works?|uses?|needs?|requires?|contains?|will|was|the|it)|because|so\sthat|which|only|at\s(?=\d))\b",
    re.IGNORECASE,
)
_NEGATOR_ZH = re.compile(
    r"(?:不(?:需要?|必|用|再|会|能|得|可|应|允许|使用|采用|含有?|添加|依赖|涉及|产生|存在|支持|具备|适用于?|借助|接受|要|作|进行|加|含|带|设|具|包含|包括|配|耐|导|可以)?"
    r"|无(?:需|须|法|任何|添加)?|未(?:能|经|曾|使用|添加|检出|见|采用)?|没有|没|尚未|尚不|非(?!常|接触|线性|晶|均|标|织|金属|独)|免(?!疫|费)|避免(?:了|使用)?|杜绝(?:了)?|禁止(?:使用)?|禁用|严禁|勿|"
    r"缺乏|缺少|难以|取代(?:了)?|替代(?:了)?|代替(?:了)?|零|省去(?:了)?|摆脱(?:了)?|消除(?:了)?|拒绝|排除)"
)
_NEGATOR_SKIP_ZH = re.compile(
    r"不(?:低于|少于|小于|短于|高于|超过|大于|多于|超出|得(?:低于|少于|小于|高于|超过|大于|多于)|应(?:低于|小于|高于|超过|大于|少于)|能(?:低于|高于|超过|小于|大于)|锈|同|仅|但|断|足|到|等|变|及|良|错|久|管|论|止|少于|燃)"
    r"|无(?:人|线|损|机|纺|锡|限|论|创|毒|源|缝|刷|极)|未(?:来|知)|零(?:件|部件|下|售|点)"
)
_NEGATION_STOP_ZH = re.compile(r"[,，;；。:：()（）!！?？\n]|但|而(?!且)|即可|就能|就可|仍|也能|也可|便可|同时|却|因此|从而|来|即能|(?<=[\u4e00-\u9fff])可(?=[\u4e00-\u9fff])|情况下|的(?:前提|条件|情况)下?")
_FREE = re.compile(r"([A-Za-z]+)(?:\s?-\s?|\s)free\b(?!\s(?:of|from))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Concept:
    """One idea with its words in both languages. `dimensions` is empty for what is not measured."""

    id: str
    measured: bool
    dimensions: frozenset[str]
    better: str  # '+', '-', 'r' or '0', see data/terms.tsv
    sign: int = 1  # -1: the word stands for the denial of the concept (offline for online)


@dataclass(slots=True)
class Token:
    """One word or term of a sentence: where it stands, what it may stand for, and whether it is denied."""

    start: int
    end: int
    keys: tuple[str, ...]  # concept ids first, then the stem or word itself
    sign: int
    generic: bool
    measured: tuple[Concept, ...] = ()


@dataclass(frozen=True, slots=True)
class _Tables:
    by_han: Mapping[str, tuple[Concept, ...]]
    by_stems: Mapping[str, tuple[tuple[tuple[str, ...], tuple[Concept, ...]], ...]]
    concepts: Mapping[str, Concept]
    longest_han: int


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the English stem of one word, lower case."""
    return str(_STEMMER.stemWord(word.lower()))


def _rows(name: str) -> list[list[str]]:
    text = files("fairground.match.core").joinpath("data", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in re.findall(r"[A-Za-z0-9]+", text))


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    han: dict[str, list[Concept]] = {}
    english: dict[tuple[str, ...], list[Concept]] = {}
    concepts: dict[str, Concept] = {}

    def add(concept: Concept, words: Sequence[str]) -> None:
        for word in words:
            if not word:
                continue
            place = english.setdefault(_phrase(word), []) if word.isascii() else han.setdefault(word, [])
            if all(known.id != concept.id for known in place):
                place.append(concept)

    for row, (first, second) in enumerate(_rows("antonyms.tsv")):
        identifier = f"a{row}"
        concepts[identifier] = Concept(identifier, False, frozenset(), "0")
        add(concepts[identifier], first.split("|"))
        add(Concept(identifier, False, frozenset(), "0", sign=-1), second.split("|"))
    for row, (kind, dimensions, better, chinese, foreign) in enumerate(_rows("terms.tsv")):
        identifier = f"{kind}{row}"
        measured = kind == "m"
        concept = Concept(identifier, measured, frozenset(dimensions.split(",")) if measured else frozenset(), better)
        concepts[identifier] = concept
        add(concept, chinese.split("|"))
        add(concept, foreign.split("|"))
    starts: dict[str, list[tuple[tuple[str, ...], tuple[Concept, ...]]]] = {}
    for phrase, found in english.items():
        starts.setdefault(phrase[0], []).append((phrase, tuple(found)))
    return _Tables(
        {word: tuple(found) for word, found in han.items()},
        {first: tuple(sorted(found, key=lambda item: -len(item[0]))) for first, found in starts.items()},
        concepts,
        max(map(len, han)),
    )


def _negated_spans(text: str) -> list[tuple[int, int]]:
    """Return the stretches of folded `text` that stand under a negation."""
    spans: list[tuple[int, int]] = []
    for match in _NEGATOR_EN.finditer(text):
        if _NEGATOR_SKIP_EN.match(text, match.end()):
            continue
        stop = _NEGATION_STOP_EN.search(text, match.end())
        spans.append((match.end(), min(stop.start() if stop else len(text), match.end() + 60)))
    for match in _NEGATOR_ZH.finditer(text):
        if _NEGATOR_SKIP_ZH.match(text, match.start()):
            continue
        stop = _NEGATION_STOP_ZH.search(text, match.end())
        spans.append((match.end(), min(stop.start() if stop else len(text), match.end() + 14)))
    spans.extend((match.start(1), match.end(1)) for match in _FREE.finditer(text))
    return spans


_MAYBE_NEGATED = re.compile(r"[不无未没非免禁勿缺难取替代零省摆消拒排杜避尚]|\b(?:without|free|no|not|never|nor|neither|cannot|lack|absence|eliminat|avoid|instead|rather|exclud|unable|fail|zero|replac|dispens|obviat|prohibit|forbid)|n't", re.IGNORECASE)  # fmt: skip


@lru_cache(maxsize=1)
def _exclusive_sides() -> dict[str, tuple[int, int]]:
    sides: dict[str, tuple[int, int]] = {}
    for index, group in enumerate(_EXCLUSIVE):
        for word in group:
            sides[stem(word) if word.isascii() else word] = (index // 2, index % 2)
    return sides


@lru_cache(maxsize=32768)
def _cut(run: str) -> tuple[str, ...]:
    return tuple(rjieba.cut(run))


@lru_cache(maxsize=65536)
def _word_facts(
    word: str,
) -> tuple[str, bool, bool, tuple[tuple[tuple[str, ...], tuple[Concept, ...]], ...]]:
    """Return key, whether the word says nothing, whether it is generic, and the terms it may begin."""
    lower = word.lower()
    key = stem(lower)
    dropped = lower in _STOP_EN or (len(lower) == 1 and not word.isupper())
    return key, dropped, lower in _GENERIC_EN, _tables().by_stems.get(key, ())


@dataclass(slots=True)
class Lexicon:
    """Reads sentences into tokens. `translate` gives further renderings of a word in the other language."""

    translate: Translate | None = None
    _renderings: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def renderings(self, key: str) -> tuple[str, ...]:
        """Return keys in the other language that may stand for `key`; single words only."""
        if self.translate is None or not key or key[0] == "@":
            return ()
        known = self._renderings.get(key)
        if known is None:
            words = [word for word in self.translate(key) if " " not in word]
            # Stems pass as they are, plain words as their stems: a stem stemmed again may be another.
            known = self._renderings[key] = tuple(dict.fromkeys([*words, *map(self.key_of, words)]))
        return known

    @staticmethod
    def key_of(word: str) -> str:
        """Return the key a single word has as a token: stem for English, the word itself for Chinese."""
        return stem(word) if word.isascii() else word

    def tokens(self, sentence: str) -> list[Token]:
        """Read `sentence` (any width and script) into tokens in order; offsets are those of `sentence`."""
        text = fold(sentence)
        tables = _tables()
        words = list(_WORD.finditer(text))
        found: list[Token] = []
        place = 0
        while place < len(words):
            word = words[place]
            if ord(text[word.start()]) > 0x2E80:
                self._read_han(text, word.start(), word.end(), tables, found)
                place += 1
            else:
                place += self._read_latin(text, words, place, tables, found)
        if _MAYBE_NEGATED.search(text):
            for first, last in _negated_spans(text):
                for token in found:
                    # A term that spells out its own denial ('lead-free', 非接触) reaches past the span.
                    if first <= token.start < last and not (token.end > last and text[last] in "- "):
                        token.sign = -token.sign
        return found

    @staticmethod
    def _read_latin(
        text: str, words: list[re.Match[str]], place: int, tables: _Tables, found: list[Token]
    ) -> int:
        word = words[place].group()
        key, dropped, generic, phrases = _word_facts(word)
        for phrase, concepts in phrases:
            size = len(phrase)
            if size > 1:
                rest = words[place : place + size]
                if len(rest) < size or any(stem(other.group()) != part for other, part in zip(rest, phrase, strict=True)):
                    continue
                if rest[-1].start() - rest[0].start() > 40:
                    continue
            start, end = words[place].start(), words[place + size - 1].end()
            _append_concept(found, start, end, concepts, key if size == 1 else " ".join(phrase))
            return size
        if not dropped:
            found.append(Token(words[place].start(), words[place].end(), (key,), 1, generic))
        return 1

    @staticmethod
    def _read_han(text: str, start: int, end: int, tables: _Tables, found: list[Token]) -> None:
        place = start
        resume = start
        for word in _cut(text[start:end]):
            word_end = place + len(word)
            first = max(place, resume)
            if first < word_end:
                length = _longest(text, first, end, tables)
                offset = first
                if not length and word_end - first >= 3:
                    for offset in range(first + 1, word_end - 1):
                        length = _longest(text, offset, end, tables)
                        if length and offset + length >= word_end:
                            break
                        length = 0
                if length:
                    if offset > first:
                        _append_han(found, text[first:offset], first)
                    name = text[offset : offset + length]
                    _append_concept(found, offset, offset + length, tables.by_han[name], name)
                    resume = offset + length
                else:
                    _append_han(found, text[first:word_end], first)
            place = word_end

    def content(self, tokens: Sequence[Token]) -> list[Token]:
        """Return the tokens that carry a subject: neither generic words nor empty ones."""
        return [token for token in tokens if not token.generic]


def _longest(text: str, start: int, end: int, tables: _Tables) -> int:
    for length in range(min(tables.longest_han, end - start), 0, -1):
        if text[start : start + length] in tables.by_han and (length > 1 or text[start] in "铅汞镉铜钛氢氧氮磷铝钢铂钴氨氟硅锂酸碱水煤泵阀"):
            return length
    return 0


def _append_han(found: list[Token], word: str, start: int) -> None:
    if word not in _STOP_ZH and (len(word) > 1 or word in "铁锌镍铬砷碳硫氯糖盐油"):
        found.append(Token(start, start + len(word), (word,), 1, word in _GENERIC_ZH or word[0] in "整总"))


def _append_concept(found: list[Token], start: int, end: int, concepts: tuple[Concept, ...], key: str) -> None:
    sign = 1
    keys: list[str] = []
    for concept in concepts:
        keys.append("@" + concept.id)
        if concept.sign < 0:
            sign = -1
    generic = key in _GENERIC_ZH or key in _GENERIC_STEMS
    found.append(Token(start, end, (*keys, key), sign, generic, tuple(c for c in concepts if c.measured)))


def _dictionary_renderings(key: str) -> tuple[str, ...]:
    found = dictionary.translations_en(key, 8) if key.isascii() else dictionary.translations(key)
    return tuple(word for word, weight in found if weight >= _LEAST_RENDERING)


def dictionary_lexicon() -> Lexicon:
    """Return a lexicon that also knows the house's Chinese–English dictionary."""
    return Lexicon(_dictionary_renderings)


_GENERIC_STEMS = frozenset(stem(word) for word in _GENERIC_EN)


def sides_of(keys: Sequence[str]) -> dict[int, int]:
    """Return, for each pair of exclusive qualifiers (input/output, storage/operating), the side named."""
    sides = _exclusive_sides()
    return {sides[key][0]: sides[key][1] for key in keys if key in sides}
