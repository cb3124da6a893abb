"""Whose value a sentence states, and whether it is there yet: own, only a prospect, or somebody else's."""

import re
from collections.abc import Sequence
from enum import StrEnum


class Stance(StrEnum):
    """How a place in an offer's sentence bears on the offer."""

    OWN = "own"
    PROSPECT = "prospect"  # aimed at, expected, planned, computed: no proof
    OTHER = "other"  # a competing, conventional or earlier product
    UNPROVEN = "unproven"  # 'not yet tested': neither proof nor contradiction


_PROSPECT = re.compile(
    r"\b(?:aim(?:s|ed|ing)?\b(?!\sat\sthe)|goals?\b|targets?\b(?!\s(?:detect|recogn|"
    r"track|gas|molecul|cell|analyte|protein|species|material|market|area|site|"
    r"customer))|targeted\sat|targeting|"
    r"objectives?\s(?:is|of|are)|expect(?:s|ed|ing|ation)?\b|anticipat\w+|plan(?:s|ned|"
    r"ning)?\s(?:to|for|in|by)\b|planned\b|project(?:ed|ions?)\s|propos(?:e|es|ed|"
    r"ing)\sto\b|we\spropose|will\b|would\b|could\b|may\b|might\b|"
    r"potential(?:ly)?\b|in\sthe\sfuture|future\s|next\s(?:version|generation|phase|step|"
    r"year|release)|hop(?:e|es|ing)\s(?:to|that|for)|intend(?:s|ed)?\b|estimated\b|"
    r"simulat(?:ion|ions|ed)\b|theoretical(?:ly)?\b|predict(?:s|ed|ion)\b|"
    r"roadmap|under\sdevelopment|being\sdeveloped|desires?\s(?:to|for)|is\sto\sreach|are\sto\sreach|possible\b|calculated\b|modell?ed\b|computed\b|on\spaper\b|expectations?\b|in\stheory|"
    r"to\sbe\s(?:added|built|tested|shown|confirmed)|thought\sto|"
    r"once\s(?:optimi|scal|complet)|envisag\w+|foreseen|on\strack\sto|strives?|"
    r"seeks?\sto|promis(?:es|ing)\b|design\starget|should\b)"
    r"|\b(?:is|are)\s(?:\w+ly\s)?(?:needed|required|desired|sought)\b|\bneeds?\sto\sbe\b|"
    r"\b(?:a|the|strong|urgent|critical|growing)\sneed\sfor\b|\bneed\sexists\b|"
    r"\bdemands?\s(?:for\s)?improve|\bcalls?\sfor\b"
    r"|\b(?:standards?|specifications?|customers?|clients?|markets?|regulations?|law|directive)\s"
    r"(?:requires?|calls?\sfor|demands?|prescribes?|asks?\sfor|wants?|specif\w+)\b"
    r"|(?:客户|用户|标准|规范|国标|行业|市场|业主|合同)(?:所|的)?(?:要求|需求|规定|需要)"
    r"|(?:工程化|量产|规模化|产业化|优化|完善|升级|改进|放大)(?:完成)?后[,，]?[^,，;；]{0,8}可(?:进一步)?(?:降|提|达|缩|减|升)"
    r"|预计|预期|测算|推算|经计算|按计算|有把握|预估|预测|估计|估算|有望|可望|目标(?!检测|识别|跟踪|追踪|物|区|函数|"
    r"气体|分子|蛋白|产物|化合物|客户|市场|细胞|定位|物种)|计划(?!生育|经济)|拟(?=在|于|"
    r"将|采用|开展|建|投|达|实现|把|对|使|进|开|扩|推|通)|将(?=达|可|会|能|实现|进一步|"
    r"超过|突破|提升至|提高到|降至|降到|有|具备|支持|不)|未来|"
    r"力争|争取|期望|希望|下一步|下一版本|下一版|下一代|下一阶段|下阶段|规划|理论上|"
    r"理论值|理论|设想|待验证|仿真|模拟(?!器|信号|量|电路)|愿景|后续(?:将|版本|计划|拟)|"
    r"立项|正在(?:开发|研发|研制|攻关|申请|办理|试制|建设|测试|开展|验证)|在研|研发中|"
    r"开发中|申请中|测试中|验证中|有待",
    re.IGNORECASE,
)
_UNPROVEN = re.compile(
    r"\bno\s(?:\w+\s){1,5}yet\b|\b(?:not\syet|yet\sto\s(?:be|reach|undergo)|(?:has|have)\s(?:not|"
    r"n't)\s(?:yet\s)?been\s(?:tested|tried|evaluated|validated|verified|measured|"
    r"demonstrated|assessed|examined|investigated)|(?:was|were|is|"
    r"are)\snot\s(?:yet\s)?(?:tested|measured|evaluated|assessed|examined|investigated|"
    r"known|determined)|"
    r"untested|pending|awaiting|in\spreparation|(?:has|have)\sbeen\ssubmitted|"
    r"applied\sfor|remains?\sto\sbe|no\s(?:tests?|data|results?|trials?)\b|"
    r"under\s(?:review|evaluation|test(?:ing)?)|ongoing|in\sprogress|underway)"
    r"|尚未|尚待|暂未|还未|还没有?|未经(?!过任何)|未开展|未进行|未做|未测试?|未验证|"
    r"未评估|未取得|未获得?|没有(?:测试|数据|试验|验证|开展|进行)|暂无|尚无|已?申请(?=.{0,10}(?:认证|许可|批准|注册|批文))|已提交|有待|待测|"
    r"待取得|审核中|受理",
    re.IGNORECASE,
)
_OTHER = re.compile(
    r"\b(?:conventional(?:ly)?|traditional(?:ly)?|existing\s(?!line|plant|infrastructure|"
    r"equipment|production|installation|pipework|customer|user)|competing|"
    r"competitors?(?:'s?)?|rivals?|state[\s-]of[\s-]the[\s-]art|"
    r"commercial(?:ly\savailable)?\s(?=\w+\s?\w*\s?(?:reach|offer|achiev|have|has|need|"
    r"take|typically|operate|are|is|show|deliver|cost|weigh|consume|use|last))|"
    r"today's|incumbent|legacy|previous|earlier|predecessor|other\s(?:products?|systems?|"
    r"devices?|methods?|solutions?|sensors?|vendors?|suppliers?|materials?|approaches|"
    r"technologies|makers|brands)|off-the-shelf|"
    r"control\sgroup|controls?\sreached|baseline|market\saverage|industry\saverage|"
    r"comparable\s|imported|prior\s(?:art|version|systems?|work|generation)|benchmark|"
    r"the\sformer|old(?:er)?\s(?:version|model|system|process|line|generation|method|"
    r"design)|reference\s(?:product|method|system|material|sample|device)|"
    r"typical\s(?:products?|systems?|devices?|methods?|solutions?|sensors?)|"
    r"standard\s(?:products?|systems?|devices?|methods?|solutions?|sensors?|cells?|"
    r"grades?|practice)|first[\s-]generation|alternatives?|literature|published|"
    r"market\sleaders?|before\s(?:the\s)?(?:treatment|treating|processing|use|installation|"
    r"retrofit|cleaning|drying|washing|training|calibration|intervention)|untreated|initially|"
    r"influent|hand\s(?:sorting|picking|assembly|cutting))\b|(?<!ours\s)\btypically\s(?=\w+s?\b)"
    r"|传统|常规|现有(?:的)?(?:方法|技术|工艺|产品|方案|设备|系统|同类|商用|主流|市售|"
    r"仪器|材料|装置|手段|进口|国内|国外)|普通(?!话)|通用(?:云|模型|方法|产品|算法|大模型)|同类|国外|市售|市面|市场上|"
    r"进口(?!芯片|件)|竞品|竞争|对照|旧(?=式|版|款|工艺|设备|系统|型|机)|老式|老款|"
    r"其他(?:产品|厂家|方法|品牌|公司|企业|同类)|友商|行业(?:平均|一般|水平|普遍)|业内|"
    r"国内外|一般(?:的)?(?=产品|方法|工艺|设备|仪器|系统|材料|机型)|原(?=工艺|方法|设备|"
    r"系统|有|来|方案|产线|先)|上一代|前代|早期|以往|过去|此前|文献|报道|第一代|"
    r"通常的?(?=方法|做法|产品|工艺)|商用(?=产品|催化剂|膜|材料|系统|仪器)|改造前|改进前|"
    r"优化前|使用前|实施前|(?:修复|处理|治理|加工|反应|脱水|干燥|清洗|活化|治疗|投运|应用|实验|"
    r"试验|干预|脱硫|脱硝|净化|老化|循环|发酵|提纯|压缩|训练|微调|校准|补偿)前(?!提|沿|后|端|景)|"
    r"(?:进(?:水|泥|气)(?!口|管)|原(?:水|泥|液)(?!平)|初始)(?=[^,，、;；]{1,8}\d)|未处理|"
    r"竞争对手|对手|他人|别家|另一(?:家|款|种)|(?:某|该)?(?:进口|国外|外国)品牌",
    re.IGNORECASE,
)
_PREPOSITION = re.compile(
    r"(?:\b(?:unlike|compared\s(?:to|with)|in\scomparison\s(?:to|with)|versus|vs\.?|than|"
    r"relative\sto|instead\sof|against|over|replac(?:es|ing)|outperform(?:s|ing)?|beats|"
    r"beating|exceeds|surpass(?:es|ing)?|half\sof|of)\s|与|和|同|跟|相比于?|相较于?|"
    r"较之?|比|优于|高于|低于|不同于|区别于|取代|替代|代替|超过|有别于|是|为|仅为|相当于|"
    r"达到?)"
    r"[^,，;；:：(（]{0,14}$",
    re.IGNORECASE,
)
_RESET = re.compile(
    r"\b(?:but|however|whereas|while|currently|now|today\b(?!'s)|at\spresent|already|"
    r"so\sfar|our|ours|we|this|proposed|the\snew|measured|tested|achieved|reached|"
    r"has\sreached|have\sreached|demonstrated|increased\sto|reduced\sto|improved\sto|"
    r"raised\sto|cut\sto|down\sto|the\spresent)\b"
    r"|但|而(?!且)|目前|现已|已(?=达|实现|在|经|完成|建|有|稳定|通过|超|降|提|取得|获|"
    r"投)|实测|现有(?=生产线|产线|产能|样机|装置|版本)|"
    r"(?<![基样版课日标文原])本(?=[\u4e00-\u9fff])(?!身|质|来|底|地|科|征|应|届|年|月|"
    r"次)|我们|我方|我公司|该(?=产品|项目|技术|系统|工艺|机|方法|方案|装置|平台|仪器|"
    r"设备|材料|涂层|电池|传感器)|新(?=工艺|产品|技术|方法|系统|设备|方案|材料)|提高到|"
    r"提升到|提升至|提高至|降至|降到|降低到|降低至|缩短至|缩短到|减少到|减少至|改用|改为|"
    r"改造后|改进后|优化后|使用后|采用后|实施后",
    re.IGNORECASE,
)
_ASKED = re.compile(r"needed|required|needs?\sto", re.IGNORECASE)
_DENIED = re.compile(r"\b(?:no|not|without|never|nor)\b|n't", re.IGNORECASE)
# A new level ends talk of somebody else's product, not talk of the future.
_NEW_LEVEL = re.compile(
    r"\b(?:increased\sto|reduced\sto|improved\sto|raised\sto|cut\sto|down\sto|this|our|"
    r"ours|we|proposed|the\snew|the\spresent)\b|(?:提高|提升|降低?|缩短|减少)[到至]|改用|"
    r"改为"
    r"|(?<![基样版课日标文原])本(?=[\u4e00-\u9fff])|我们|我方|我公司|该|新|(?:改造|改进|"
    r"优化|使用|采用|实施)后",
    re.IGNORECASE,
)
_CLAUSE = re.compile(r"[,，;；:：()（）]|——|\s-\s|–")


def _clause_of(text: str, place: int) -> tuple[int, int]:
    first = 0
    for mark in _CLAUSE.finditer(text, 0, place):
        # A comma between digits separates thousands.
        if not (
            mark.group() == ","
            and text[mark.end() : mark.end() + 3].isdigit()
            and text[mark.start() - 1 : mark.start()].isdigit()
        ):
            first = mark.end()
    following = _CLAUSE.search(text, place)
    return first, following.start() if following else len(text)


class Stances:
    """The markers of one folded sentence, found once; ask it for any place in the sentence."""

    __slots__ = ("_now", "_other", "_prospect", "_reset", "_text", "_unproven", "plain")

    def __init__(self, text: str) -> None:
        self._text = text
        # 'No cooling is needed' asks for nothing; 'a seal is needed' does.
        denied = bool(_DENIED.search(text))
        self._prospect = [
            match.start()
            for match in _PROSPECT.finditer(text)
            if not (denied and _ASKED.search(match.group()))
        ]
        self._other = [match.start() for match in _OTHER.finditer(text)]
        self._unproven = [match.start() for match in _UNPROVEN.finditer(text)]
        self.plain = not (self._prospect or self._other or self._unproven)
        resets = [] if self.plain else list(_RESET.finditer(text))
        self._reset = [match.start() for match in resets]
        self._now = [match.start() for match in resets if not _NEW_LEVEL.match(text, match.start())]

    def at(self, start: int, end: int, own_words: Sequence[tuple[int, int]] = ()) -> Stance:
        """Return the stance of what stands between `start` and `end`.

        A marker inside `own_words` is what is asked about ('imported chips') and marks nobody else.
        """
        if self.plain:
            return Stance.OWN
        first, last = _clause_of(self._text, start)
        last = max(last, end)
        if self._reaches(self._unproven, start, end, first, last):
            return Stance.UNPROVEN
        if self._reaches(self._prospect, start, end, first, last):
            return Stance.PROSPECT
        for place in self._other:
            if any(begin <= place < close for begin, close in own_words):
                continue
            if place >= last or (place >= end and any(end <= reset < place for reset in self._reset)):
                continue
            own_clause = first <= place < last
            prepositional = bool(_PREPOSITION.search(self._text[_clause_of(self._text, place)[0] : place]))
            if place >= end:
                # '92 % against 60 % for the conventional line': only what stands right before is meant.
                if (
                    own_clause
                    and not prepositional
                    and re.match(
                        r"\s*(?:for|by|with|in|of|的)?\s*(?:the\s)?$", self._text[end:place], re.IGNORECASE
                    )
                ):
                    return Stance.OTHER
                continue
            if prepositional and not own_clause:
                continue
            if not any(place < reset < start for reset in self._reset):
                return Stance.OTHER
        return Stance.OWN

    def _reaches(self, places: list[int], start: int, end: int, first: int, last: int) -> bool:
        for place in places:
            if place < start and not any(place < reset < start for reset in self._now):
                return True
            if end <= place < last and not any(end <= reset < place for reset in self._now):
                return True
        return False
