"""Units of measure, Chinese and English: a sign or word to its dimension and its factor to the base unit.

Base units are those of the SI where it has one (kelvin for temperatures); what people count (items,
cycles, persons, pixels) and each currency is a dimension of its own, so that 5 台 never meets 5 mm.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

Vector = tuple[tuple[str, int], ...]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as read. value_in_base = value * factor + offset; `offset` is 0 but for °C and °F."""

    vector: Vector  # (base unit, exponent), sorted by base unit; () is a pure number
    factor: float
    offset: float = 0.0


def _vector(**exponents: int) -> Vector:
    return tuple(sorted((base, exponent) for base, exponent in exponents.items() if exponent))


_LENGTH, _MASS, _TIME, _CURRENT = _vector(m=1), _vector(kg=1), _vector(s=1), _vector(A=1)
_FORCE = _vector(kg=1, m=1, s=-2)
_PRESSURE = _vector(kg=1, m=-1, s=-2)
_ENERGY = _vector(kg=1, m=2, s=-2)
_POWER = _vector(kg=1, m=2, s=-3)
_VOLTAGE = _vector(kg=1, m=2, s=-3, A=-1)
_VOLUME = _vector(m=3)
_AREA = _vector(m=2)

# Each takes the decimal prefixes, in signs, in English words and in Chinese.
_PREFIXED: tuple[tuple[str, tuple[str, ...], tuple[str, ...], Vector, float], ...] = (
    ("m", ("metre", "meter"), ("米",), _LENGTH, 1.0),
    ("g", ("gram", "gramme"), ("克",), _MASS, 1e-3),
    ("s", ("second",), ("秒",), _TIME, 1.0),
    ("A", ("ampere", "amp"), ("安培", "安"), _CURRENT, 1.0),
    ("Hz", ("hertz",), ("赫兹", "赫"), _vector(s=-1), 1.0),
    ("N", ("newton",), ("牛顿", "牛"), _FORCE, 1.0),
    ("Pa", ("pascal",), ("帕斯卡", "帕"), _PRESSURE, 1.0),
    ("J", ("joule",), ("焦耳", "焦"), _ENERGY, 1.0),
    ("W", ("watt",), ("瓦特", "瓦"), _POWER, 1.0),
    ("Wh", ("watt-hour", "watt hour"), ("瓦时", "瓦小时"), _ENERGY, 3600.0),
    ("V", ("volt",), ("伏特", "伏"), _VOLTAGE, 1.0),
    ("Ah", ("ampere-hour", "amp-hour"), ("安时", "安培时"), _vector(A=1, s=1), 3600.0),
    ("F", ("farad",), ("法拉",), _vector(kg=-1, m=-2, s=4, A=2), 1.0),
    ("Ω", ("ohm",), ("欧姆", "欧"), _vector(kg=1, m=2, s=-3, A=-2), 1.0),
    ("S", ("siemens",), ("西门子",), _vector(kg=-1, m=-2, s=3, A=2), 1.0),
    ("T", ("tesla",), ("特斯拉",), _vector(kg=1, s=-2, A=-1), 1.0),
    ("eV", ("electronvolt",), ("电子伏特", "电子伏"), _ENERGY, 1.602176634e-19),
    ("L", ("litre", "liter"), ("升",), _VOLUME, 1e-3),
    ("mol", ("mole",), ("摩尔",), _vector(mol=1), 1.0),
    ("bar", (), (), _PRESSURE, 1e5),
    ("bit", ("bit",), ("比特",), _vector(bit=1), 1.0),
    ("byte", ("byte",), ("字节",), _vector(bit=1), 8.0),
    ("VA", (), ("伏安",), _POWER, 1.0),
    ("rad", ("radian",), ("弧度",), _vector(rad=1), 1.0),
    ("Bq", ("becquerel",), (), _vector(decay=1, s=-1), 1.0),
    ("Gy", ("gray",), (), _vector(kg=0, m=2, s=-2, dose=1), 1.0),
    ("Sv", ("sievert",), (), _vector(m=2, s=-2, doseequivalent=1), 1.0),
    ("cd", ("candela",), ("坎德拉",), _vector(cd=1), 1.0),
    ("lm", ("lumen",), ("流明",), _vector(lm=1), 1.0),
    ("lx", ("lux",), ("勒克斯",), _vector(lm=1, m=-2), 1.0),
    ("FLOPS", ("flops",), (), _vector(flop=1, s=-1), 1.0),
    ("OPS", (), (), _vector(op=1, s=-1), 1.0),
    ("t", (), (), _MASS, 1e3),
    ("p", (), (), _vector(px=1), 1.0),
)
_SIGN_PREFIXES = {
    "p": 1e-12,
    "n": 1e-9,
    "u": 1e-6,
    "µ": 1e-6,
    "μ": 1e-6,
    "m": 1e-3,
    "c": 1e-2,
    "d": 1e-1,
    "k": 1e3,
    "K": 1e3,
    "M": 1e6,
    "G": 1e9,
    "T": 1e12,
    "P": 1e15,
}
_WORD_PREFIXES = {
    "pico": 1e-12,
    "nano": 1e-9,
    "micro": 1e-6,
    "milli": 1e-3,
    "centi": 1e-2,
    "deci": 1e-1,
    "kilo": 1e3,
    "mega": 1e6,
    "giga": 1e9,
    "tera": 1e12,
}
_ZH_PREFIXES = {
    "皮": 1e-12,
    "纳": 1e-9,
    "微": 1e-6,
    "毫": 1e-3,
    "厘": 1e-2,
    "分": 1e-1,
    "千": 1e3,
    "兆": 1e6,
    "吉": 1e9,
    "太": 1e12,
}
# Prefixed signs that mean something else far more often, or that nobody writes.
_REFUSED = frozenset(
    {
        "cd",
        "pt",
        "mt",
        "Pt",
        "kt",
        "Kt",
        "ct",
        "dt",
        "ut",
        "nt",
        "PA",
        "pS",
        "dS",
        "cS",
        "Ks",
        "Ps",
        "Ts",
        "Ms",
        "Gs",
        "pp",
        "dp",
        "cp",
        "np",
        "up",
        "mp",
        "kp",
        "Kp",
        "Mp",
        "Gp",
        "Tp",
        "Pp",
        "cA",
        "dA",
        "KN",
        "ds",
        "cs",
        "dN",
        "cN",
        "dm3",
        "分秒",
        "分米",
        "分克",
        "分升",
        "分时",
    }
)

_PLAIN: tuple[tuple[str, Vector, float], ...] = (
    ("mmHg", _PRESSURE, 133.322387415),
    ("atm 个大气压 大气压 标准大气压 atmosphere atmospheres", _PRESSURE, 101325.0),
    ("Torr torr 托", _PRESSURE, 101325.0 / 760),
    ("psi", _PRESSURE, 6894.757293168),
    ("ksi", _PRESSURE, 6894757.293168),
    ("公斤力", _FORCE, 9.80665),
    ("km/h kmh kph kmph 公里/小时 公里/时 千米/小时 千米/时", _vector(m=1, s=-1), 1000 / 3600),
    ("mph", _vector(m=1, s=-1), 0.44704),
    ("knot knots kn 节", _vector(m=1, s=-1), 1852 / 3600),
    ("马赫", _vector(mach=1), 1.0),
    ("公里 千米", _LENGTH, 1e3),
    ("分米", _LENGTH, 0.1),
    ("丝", _LENGTH, 1e-5),
    ("micron microns", _LENGTH, 1e-6),
    ("Å angstrom angstroms 埃", _LENGTH, 1e-10),
    ("inch inches 英寸 寸", _LENGTH, 0.0254),
    ("ft feet foot 英尺", _LENGTH, 0.3048),
    ("yd yard yards", _LENGTH, 0.9144),
    ("mile miles 英里", _LENGTH, 1609.344),
    ("nmi 海里", _LENGTH, 1852.0),
    ("mil mils", _LENGTH, 2.54e-5),
    ("公斤", _MASS, 1.0),
    ("斤", _MASS, 0.5),
    ("吨 ton tons tonne tonnes", _MASS, 1e3),
    ("lb lbs pound pounds 磅", _MASS, 0.45359237),
    ("oz ounce ounces 盎司", _MASS, 0.028349523125),
    ("min mins minute minutes 分钟 min.", _TIME, 60.0),
    ("h hr hrs hour hours 小时 个小时 时", _TIME, 3600.0),
    ("day days 天 日 工作日", _TIME, 86400.0),
    ("week weeks 周 星期 个星期", _TIME, 604800.0),
    ("month months 个月 月", _TIME, 365.25 * 86400 / 12),
    ("year years yr yrs 年", _TIME, 365.25 * 86400),
    ("sec secs", _TIME, 1.0),
    ("msec", _TIME, 1e-3),
    ("秒钟", _TIME, 1.0),
    ("cal 卡", _ENERGY, 4.184),
    ("kcal 千卡 大卡", _ENERGY, 4184.0),
    ("BTU Btu", _ENERGY, 1055.05585262),
    ("度电", _ENERGY, 3.6e6),
    ("hp horsepower 马力", _POWER, 745.69987158227),
    ("ha hectare hectares 公顷", _AREA, 1e4),
    ("acre acres 英亩", _AREA, 4046.8564224),
    ("亩", _AREA, 2000 / 3),
    ("平方米 平米 平方公尺", _AREA, 1.0),
    ("平方厘米", _AREA, 1e-4),
    ("平方毫米", _AREA, 1e-6),
    ("平方公里 平方千米", _AREA, 1e6),
    ("平方英尺 sqft", _AREA, 0.09290304),
    ("立方米 方", _VOLUME, 1.0),
    ("立方厘米 cc", _VOLUME, 1e-6),
    ("立方毫米", _VOLUME, 1e-9),
    ("立方分米", _VOLUME, 1e-3),
    ("标方 标准立方米 Nm3 Nm³", _VOLUME, 1.0),
    ("l", _VOLUME, 1e-3),
    ("ml", _VOLUME, 1e-6),
    ("ul µl μl", _VOLUME, 1e-9),
    ("gal gallon gallons 加仑", _VOLUME, 3.785411784e-3),
    ("% percent pct 个百分点 wt% vol% at% mol% 重量% 质量%", (), 0.01),
    ("‰", (), 1e-3),
    ("ppm", (), 1e-6),
    ("ppb", (), 1e-9),
    ("rpm RPM r/min rev/min 转/分 转/分钟 转每分钟", _vector(rev=1, s=-1), 1 / 60),
    ("rev revs revolutions 转", _vector(rev=1), 1.0),
    ("° deg degree degrees 度", _vector(rad=1), 0.017453292519943295),
    ("arcsec arcseconds 角秒", _vector(rad=1), 4.84813681109536e-06),
    ("arcmin arcminutes 角分", _vector(rad=1), 2.908882086657216e-04),
    ("dB 分贝 decibel decibels dBA", _vector(dB=1), 1.0),
    ("dBm", _vector(dBm=1), 1.0),
    ("dBi", _vector(dBi=1), 1.0),
    ("HRC", _vector(HRC=1), 1.0),
    ("HV", _vector(HV=1), 1.0),
    ("HB", _vector(HB=1), 1.0),
    ("bps", _vector(bit=1, s=-1), 1.0),
    ("kbps Kbps kb/s Kb/s", _vector(bit=1, s=-1), 1e3),
    ("Mbps Mb/s Mbit/s", _vector(bit=1, s=-1), 1e6),
    ("Gbps Gb/s Gbit/s", _vector(bit=1, s=-1), 1e9),
    ("Tbps Tb/s", _vector(bit=1, s=-1), 1e12),
    ("KB kB", _vector(bit=1), 8e3),
    ("MB", _vector(bit=1), 8e6),
    ("GB", _vector(bit=1), 8e9),
    ("TB", _vector(bit=1), 8e12),
    ("PB", _vector(bit=1), 8e15),
    ("TOPS", _vector(op=1, s=-1), 1e12),
    ("fps FPS 帧/秒 帧每秒 frames/s", _vector(frame=1, s=-1), 1.0),
    ("frame frames 帧", _vector(frame=1), 1.0),
    ("px pixel pixels 像素 个像素", _vector(px=1), 1.0),
    ("megapixel megapixels", _vector(px=1), 1e6),
    ("cycle cycles 次 次循环 个循环 循环 times 回", _vector(cycle=1), 1.0),
    (
        "person persons people user users 人 名 人次 位 名用户 个用户 用户 户 patients "
        "operator operators 例 例患者",
        _vector(person=1),
        1.0,
    ),
    (
        "unit units piece pieces pcs set sets device devices 台 台套 台/套 套 件 个 只 枚 "
        "片 块 辆 架 颗 支 根 条 棵 株 项",
        _vector(item=1),
        1.0,
    ),
    ("channel channels 通道 个通道 路", _vector(channel=1), 1.0),
    ("layer layers 层", _vector(layer=1), 1.0),
    ("node nodes 节点 个节点", _vector(node=1), 1.0),
    ("core cores 核", _vector(core=1), 1.0),
    ("qubit qubits 量子比特 个量子比特", _vector(qubit=1), 1.0),
    ("class classes 类 种 types kinds", _vector(kind=1), 1.0),
    ("samples sample 样本 个样本", _vector(sample=1), 1.0),
    ("倍 fold times_factor", _vector(fold=1), 1.0),
    ("元 圆 块钱 人民币 元人民币 CNY RMB yuan ¥ ￥", _vector(CNY=1), 1.0),
    ("角 毛钱", _vector(CNY=1), 0.1),
    ("$ USD dollar dollars 美元 US$ 美金", _vector(USD=1), 1.0),
    ("cents", _vector(USD=1), 0.01),
    ("€ EUR euro euros 欧元", _vector(EUR=1), 1.0),
    ("£ GBP 英镑", _vector(GBP=1), 1.0),
    ("JPY 日元", _vector(JPY=1), 1.0),
    ("HKD 港元", _vector(HKD=1), 1.0),
    ("M⊙", _vector(sun=1), 1.0),
    ("tex", _vector(kg=1, m=-1), 1e-6),
    ("dtex", _vector(kg=1, m=-1), 1e-7),
    ("cP cp", _vector(kg=1, m=-1, s=-1), 1e-3),
    ("CFU cfu", _vector(cfu=1), 1.0),
    ("cells cell 个细胞", _vector(cell=1), 1.0),
    ("NTU", _vector(NTU=1), 1.0),
    ("nit nits 尼特", _vector(cd=1, m=-2), 1.0),
)

NAMES: Mapping[Vector, str] = {
    (): "ratio",
    _LENGTH: "length",
    _MASS: "mass",
    _TIME: "time",
    _CURRENT: "current",
    _vector(K=1): "temperature",
    _vector(s=-1): "frequency",
    _FORCE: "force",
    _PRESSURE: "pressure",
    _ENERGY: "energy",
    _POWER: "power",
    _VOLTAGE: "voltage",
    _vector(A=1, s=1): "charge",
    _vector(kg=1, m=2, s=-3, A=-2): "resistance",
    _vector(kg=-1, m=-2, s=4, A=2): "capacitance",
    _AREA: "area",
    _VOLUME: "volume",
    _vector(m=1, s=-1): "speed",
    _vector(m=1, s=-2): "acceleration",
    _vector(kg=1, m=-3): "density",
    _vector(m=2, s=-2): "specific energy",
    _vector(m=2, s=-3): "specific power",
    _vector(A=1, s=1, kg=-1): "specific capacity",
    _vector(kg=1, m=1, s=-3, K=-1): "thermal conductivity",
    _vector(m=3, s=-1): "volume flow",
    _vector(kg=1, s=-1): "mass flow",
    _vector(kg=1, m=-1, s=-1): "viscosity",
    _vector(kg=-1, m=-3, s=3, A=2): "conductivity",
    _vector(rad=1): "angle",
    _vector(rev=1, s=-1): "rotation",
    _vector(bit=1): "data",
    _vector(bit=1, s=-1): "data rate",
    _vector(frame=1, s=-1): "frame rate",
    _vector(px=1): "pixels",
    _vector(cycle=1): "cycles",
    _vector(person=1): "persons",
    _vector(item=1): "count",
    _vector(fold=1): "factor",
    _vector(dB=1): "level",
    _vector(mol=1): "amount",
    _vector(trl=1): "trl",
    _vector(CNY=1): "money CNY",
    _vector(USD=1): "money USD",
    _vector(EUR=1): "money EUR",
    _vector(GBP=1): "money GBP",
}


def _table() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for sign, words, chinese, vector, factor in _PREFIXED:
        for prefix, power in [("", 1.0), *_SIGN_PREFIXES.items()]:
            if prefix + sign not in _REFUSED or not prefix:
                units.setdefault(prefix + sign, Unit(vector, factor * power))
        for word in words:
            for prefix, power in [("", 1.0), *_WORD_PREFIXES.items()]:
                for ending in ("", "s"):
                    units[prefix + word + ending] = Unit(vector, factor * power)
        for word in chinese:
            for prefix, power in [("", 1.0), *_ZH_PREFIXES.items()]:
                if prefix + word not in _REFUSED:
                    units.setdefault(prefix + word, Unit(vector, factor * power))
    for names, vector, factor in _PLAIN:
        for name in names.split():
            units[name] = Unit(vector, factor)
    units["kWh"] = units["KWh"] = units["kwh"] = units["千瓦时"]
    for name in ("°C", "℃", "摄氏度", "degC", "ºC"):
        units[name] = Unit(_vector(K=1), 1.0, 273.15)
    for name in ("°F", "℉", "华氏度", "degF"):
        units[name] = Unit(_vector(K=1), 5 / 9, 459.67 * 5 / 9)
    for name in ("K", "kelvin", "Kelvin", "开尔文"):
        units[name] = Unit(_vector(K=1), 1.0)
    units["mK"] = Unit(_vector(K=1), 1e-3)
    return units


UNITS = _table()
_LONGEST_HAN = max(len(name) for name in UNITS if not name[0].isascii())
_LATIN = re.compile(r"[A-Za-zµμΩÅ°℃℉º%‰$€£¥￥]+%?")
_CELSIUS_WORDS = re.compile(
    r"(?:°|deg(?:rees?|\.)?)\s?(celsius|centigrade|fahrenheit|C|F)\b(?!-)", re.IGNORECASE
)
# Names that the rules for signs, slashes and exponents would take apart.
_WHOLE_NAMES = re.compile(
    r"(r/min|rev/min|Nm[3³]|US\sdollars?|U\.S\.\sdollars?)(?![A-Za-z\d])", re.IGNORECASE
)
_WHOLE_NAME_UNITS = {
    "r/min": "rpm",
    "rev/min": "rpm",
    "nm3": "标方",
    "us dollar": "dollar",
    "us dollars": "dollar",
    "u.s. dollar": "dollar",
    "u.s. dollars": "dollar",
}
_EXPONENT = re.compile(r"\^?\s?(-?[1-4])(?!\d|\.\d)|([²³])|⁻([¹²³])")
_SUPERSCRIPT = {"¹": 1, "²": 2, "³": 3}
_SQUARE = re.compile(r"(?:(square|sq\.?|cubic|cu\.?)\s)", re.IGNORECASE)
_JOIN = re.compile(
    r"\s?([/／·•⋅*×])\s?(?=[A-Za-zµμΩÅ°℃(（\u4e00-\u9fff])|\s?(per)\s(?=[A-Za-z])|" r"(每)(?=[\u4e00-\u9fff])"
)
_SPACE_JOIN = re.compile(r"\s(?=[A-Za-zµμΩ]+\^?(?:-[1-4]|⁻[¹²³]))")


@lru_cache(maxsize=1)
def _lower_words() -> dict[str, Unit]:
    return {name.lower(): unit for name, unit in UNITS.items() if len(name) >= 3 and name.isalpha()}


def _atom(text: str, place: int) -> tuple[Unit, int] | None:
    """Read one unit without exponent at `place`; the longest known name wins."""
    whole = _WHOLE_NAMES.match(text, place)
    if whole:
        return UNITS[_WHOLE_NAME_UNITS[whole.group(1).lower().replace("³", "3")]], whole.end()
    celsius = _CELSIUS_WORDS.match(text, place)
    if celsius:
        return UNITS["°C" if celsius.group(1)[0] in "Cc" else "°F"], celsius.end()
    run = _LATIN.match(text, place)
    if run:
        name = run.group()
        unit = UNITS.get(name) or (_lower_words().get(name.lower()) if len(name) >= 3 else None)
        if unit is not None:
            return unit, run.end()
        for length in (3, 2, 1):
            sign = name[:length]
            if not sign.isalpha() and sign in UNITS and length < len(name):
                return UNITS[sign], place + length
        return None
    for length in range(min(_LONGEST_HAN, len(text) - place), 0, -1):
        unit = UNITS.get(text[place : place + length])
        if unit is not None:
            return unit, place + length
    return None


def _power(text: str, place: int) -> tuple[int, int]:
    match = _EXPONENT.match(text, place)
    if not match:
        return 1, place
    if match.group(1):
        return int(match.group(1)), match.end()
    if match.group(2):
        return _SUPERSCRIPT[match.group(2)], match.end()
    return -_SUPERSCRIPT[match.group(3)], match.end()


def _combine(units: list[tuple[Unit, int]]) -> Unit:
    exponents: dict[str, int] = {}
    factor = 1.0
    for unit, power in units:
        factor *= unit.factor**power
        for base, exponent in unit.vector:
            exponents[base] = exponents.get(base, 0) + exponent * power
    offset = units[0][0].offset if len(units) == 1 and units[0][1] == 1 else 0.0
    return Unit(_vector(**exponents), factor, offset)


def divided(unit: Unit, divisor: Unit) -> Unit:
    """Return `unit` per `divisor`: 元 and 吨 make 元/吨."""
    return _combine([(unit, 1), (divisor, -1)])


def read_unit(text: str, place: int = 0) -> tuple[Unit, int] | None:
    """Read the unit that begins at `place`, with exponents and compounds, and say where it ends.

    Reads 'mm', '克/立方厘米', 'kg/m3', 'W/(m·K)', 'W m-1 K-1', 'mAh/g', 'square metres', 'km per hour'.
    After a slash every factor divides ('W/m·K' is W/(m·K), as laboratories write it). None where no
    known unit begins.
    """
    parts: list[tuple[Unit, int]] = []
    sign = 1
    bracket = False
    end = place
    while True:
        worded = 1
        square = _SQUARE.match(text, place)
        if square:
            worded = 2 if square.group(1).lower().startswith("sq") else 3
            place = square.end()
        atom = _atom(text, place)
        if atom is None:
            break
        unit, place = atom
        power, place = _power(text, place) if unit.vector or parts else (1, place)
        parts.append((unit, sign * power * worded))
        if bracket and place < len(text) and text[place] in ")）":
            bracket = False
            place += 1
        end = place
        join = _JOIN.match(text, place) or _SPACE_JOIN.match(text, place)
        if join is None:
            break
        if any(join.groups()) and (join.group(1) or "/") in "/／":
            sign = -1
        place = join.end()
        if place < len(text) and text[place] in "(（":
            bracket = True
            place += 1
    if not parts:
        return None
    return _combine(parts), end


def dimension_of(vector: Vector) -> str:
    """Return the name of a dimension ('pressure'), or its base units spelled out ('kg·m^-4')."""
    name = NAMES.get(vector)
    if name is not None:
        return name
    return "·".join(base if exponent == 1 else f"{base}^{exponent}" for base, exponent in vector)
