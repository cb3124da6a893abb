"""The clinic's weights, its questions, and the words by which it finds an element in running text."""

import re

# Out of 100. The target weighs most: without a number nobody can say whether an offer meets the need.
NEED_WEIGHTS = {
    "measurable_target": 18,
    "problem": 14,
    "wanted_outcome": 12,
    "current_method": 10,
    "trl": 8,
    "budget": 8,
    "deadline": 6,
    "application": 4,
    "product": 4,
    "method": 4,
    "material": 4,
    "efficacy": 4,
    "region": 4,
}

OFFER_WEIGHTS = {
    "advantage_number": 15,
    "evidence": 12,
    "trl_tied": 10,
    "advantage": 10,
    "problem_solved": 10,
    "economics": 10,
    "trl": 8,
    "price": 5,
    "ipr": 5,
    "application": 3,
    "product": 3,
    "method": 3,
    "material": 3,
    "efficacy": 3,
}

# What an element is called for a reader: Chinese, English.
NAMES = {
    "measurable_target": ("可测目标", "measurable target"),
    "problem": ("问题", "problem"),
    "wanted_outcome": ("期望结果", "wanted outcome"),
    "current_method": ("现有方法及不足", "today's method and limit"),
    "trl": ("成熟度", "TRL"),
    "budget": ("预算", "budget"),
    "deadline": ("期限", "deadline"),
    "application": ("应用", "application"),
    "product": ("产品", "product"),
    "method": ("方法", "method"),
    "material": ("材料", "material"),
    "efficacy": ("功效", "efficacy"),
    "region": ("地区", "region"),
    "advantage_number": ("优势数据", "advantage in numbers"),
    "evidence": ("证据", "evidence"),
    "trl_tied": ("成熟度依据", "basis of the TRL"),
    "advantage": ("优势", "advantage"),
    "problem_solved": ("解决的问题", "problem solved"),
    "economics": ("经济性", "economics"),
    "price": ("价格", "price"),
    "ipr": ("知识产权", "IPR"),
}

ADVICE = {
    "measurable_target": (
        "做到多少才算解决？请给出至少一个可检验的数值和单位，如“精度不低于 0.1 mm”。",
        "From what value on is it solved? Give at least one figure with its unit, such as 'accuracy 0.1 mm'.",
    ),
    "problem": (
        "现在出了什么问题，在哪道工序，造成多大损失？",
        "What goes wrong today, at which step, and what does it cost?",
    ),
    "wanted_outcome": (
        "问题解决后，应当看到什么结果？",
        "What should be different once the problem is solved?",
    ),
    "current_method": (
        "目前怎么做，卡在哪里？请写出现有方法及其不足（如漏检率 12%）。",
        "How is it done today, and where does that fall short? Name the method and its limit (such as 12 % "
        "missed).",
    ),
    "trl": (
        "最低接受到哪一级成熟度（TRL 1–9）？样机可以，还是必须已经量产？",
        "Which readiness level (TRL 1–9) is it at or must it have: is a prototype enough, or proven use?",
    ),
    "budget": (
        "准备投入多少？给出区间即可，如 50–100 万元。",
        "How much can be spent? A range is enough, such as CNY 0.5–1 million.",
    ),
    "deadline": ("最晚何时要用上？请给出日期。", "By when must it work? Give a date."),
    "application": (
        "用在什么产品、设备或产线上？",
        "Where will it be used: on which product, machine or line?",
    ),
    "product": (
        "要的是什么形态：设备、材料、软件还是工艺？",
        "In what form is it: a machine, a material, software or a process?",
    ),
    "method": (
        "技术路线有没有限定或已经试过的？",
        "Which technical approach is used, fixed or already tried?",
    ),
    "material": (
        "涉及什么材料或对象（牌号、尺寸、介质）？",
        "Which material or object is concerned (grade, size, medium)?",
    ),
    "efficacy": (
        "希望提高或降低什么性能？",
        "Which property is raised or lowered by it?",
    ),
    "region": ("在哪里实施？请写到省市。", "Where will the work be done? Name the province and city."),
    "advantage_number": (
        "比最好的现有方案好多少？请给出一个对比数据和测试条件。",
        "By how much does it beat the best alternative? Give one compared figure and how it was tested.",
    ),
    "evidence": (
        "有什么证明：检测报告、用户报告还是论文？请写明编号或日期。",
        "What proves it: a test report, a user's report, a paper? Give its number or date.",
    ),
    "trl_tied": (
        "这一成熟度指哪个部件、什么用途、何时、凭什么报告？",
        "Which element, use, date and report does this readiness level belong to?",
    ),
    "advantage": (
        "与目前最好的替代方案相比，优势是什么？",
        "What is the advantage over the best alternative?",
    ),
    "problem_solved": ("它替谁解决了什么问题？", "Whose problem does it solve, and which?"),
    "economics": (
        "用它能省多少或多赚多少？请与现有做法比较成本。",
        "What does it save or earn compared with today's way?",
    ),
    "price": (
        "价格或许可费大概在什么区间？面议也请注明。",
        "In what range is the price or fee? Say so if it is to be negotiated.",
    ),
    "ipr": (
        "有哪些知识产权，归谁所有，什么状态？",
        "Which rights exist, who owns them, and what is their status?",
    ),
}

_FLAGS = re.IGNORECASE

FOUND_IN_TEXT = {
    "problem": re.compile(
        r"问题|难题|瓶颈|缺陷|痛点|困难|故障|失效|漏检|难以|无法|不能满足|problem|difficult|fail|"
        r"suffer|bottleneck|"
        r"defect|shortcoming|challenge|cannot|unable",
        _FLAGS,
    ),
    "current_method": re.compile(
        r"(?:现有|现行|目前|当前|传统|常规|人工|现在).{0,60}?(?:不足|难|无法|不能|较?低|差|缺|漏|慢|"
        r"高|依赖|仅|只|达不到)|"
        r"(?:current|existing|conventional|traditional|today|presently|state[- ]of[- ]the[- ]art|"
        r"available).{0,120}?"
        r"(?:limit|cannot|can ?not|fail|slow|cost|lack|too|only|insufficient|expensive|unable|not )",
        _FLAGS,
    ),
    "wanted_outcome": re.compile(
        r"目标|期望|希望|拟(?:实现|达到|开发|解决)|力争|需要?(?:实现|达到|开发|研制)|达到|"
        r"\b(?:goal|aim|objective|seek|want|wish|desired|expected|develop|is needed|are needed|"
        r"looking for)",
        _FLAGS,
    ),
    "material": re.compile(
        r"材料|合金|钢|陶瓷|树脂|纤维|薄膜|涂层|玻璃|橡胶|塑料|粉末|石墨|聚合物|催化剂|溶液|"
        r"\b(?:materials?|alloys?|steels?|ceramics?|resins?|fib(?:er|re)s?|films?|coatings?|glass|"
        r"polymers?|composites?|"
        r"powders?|catalysts?|silicon|graphene|alumini?um|titanium)\b",
        _FLAGS,
    ),
    "method": re.compile(
        r"采用|利用|通过|基于|工艺|方法|技术路线|算法|\b(?:using|by means of|based on|methods?|"
        r"process(?:es)?|techniques?|"
        r"algorithms?|approach(?:es)?)\b",
        _FLAGS,
    ),
    "efficacy": re.compile(
        r"提高|提升|降低|减少|增强|缩短|延长|改善|抑制|防止|\b(?:improv|increas|reduc|lower|rais|"
        r"enhanc|prevent|shorten|"
        r"extend|prolong)",
        _FLAGS,
    ),
    "product": re.compile(
        r"设备|装置|系统|传感器|软件|平台|芯片|仪器|机器人|模块|装备|产品|"
        r"\b(?:devices?|systems?|sensors?|software|platforms?|machines?|instruments?|robots?|modules?|"
        r"equipment|chips?)\b",
        _FLAGS,
    ),
    "application": re.compile(
        r"应用于|适用于|用于|应用场景|应用在|生产线|产线|\b(?:for use in|used (?:in|for)|appli(?:ed|"
        r"cations?)|suitable for)\b",
        _FLAGS,
    ),
    "trl": re.compile(
        r"\btrl\s*[-:：]?\s*[1-9]|(?:成熟度|就绪度)\D{0,6}[1-9]|readiness level\D{0,6}[1-9]", _FLAGS
    ),
    "budget": re.compile(r"预算|经费|投入|投资|出资|资金|budget|fund|spend|invest", _FLAGS),
    "price": re.compile(r"价格|售价|报价|转让费|许可费|price|fee|cost", _FLAGS),
    "deadline": re.compile(
        r"20\d\d\s*年.{0,8}(?:前|内|底|完成|截止)|\d+\s*个?(?:月|年)(?:之?内|以内)|截止|"
        r"\b(?:by|before|until|within)\s+(?:the end of\s+)?(?:\d+\s+(?:months?|years?|weeks?)|"
        r"[a-z]*\s*20\d\d)",
        _FLAGS,
    ),
    "region": re.compile(
        r"[\u4e00-\u9fff]{2,3}(?:省|自治区)|(?:北京|天津|上海|重庆|河北|雄安|京津冀|长三角|大湾区)|"
        r"[\u4e00-\u9fff]{2,4}(?:高新区|"
        r"开发区|新区)|\b(?:Beijing|Tianjin|Hebei|Shanghai|Xiong'?an|Province)\b",
    ),
    "problem_solved": re.compile(
        r"解决了?.{0,40}(?:问题|难题|瓶颈|痛点)|克服|避免了?|\b(?:solves?|overcomes?|addresses|avoids?|eliminates?)\b",
        _FLAGS,
    ),
    "advantage": re.compile(
        r"优于|相比|较(?:传统|现有|国外|同类)|优势|领先|填补|\b(?:compared (?:with|to)|than|"
        r"outperform|superior|advantage|unlike)\b",
        _FLAGS,
    ),
    "economics": re.compile(
        r"成本.{0,20}(?:低|降|省|减)|节约|节省|回收期|效益|\b(?:saves?|savings?|payback|cheaper|"
        r"cost[- ]effective|"
        r"(?:lower|reduc\w+) (?:the )?costs?)\b",
        _FLAGS,
    ),
    "evidence": re.compile(
        r"检测报告|测试报告|鉴定|验收|第三方|用户报告|论文|获奖|查新|认证|\b(?:tested|test report|"
        r"certif|validated|trial|"
        r"published|peer[- ]review|third[- ]party|demonstrated)",
        _FLAGS,
    ),
    "ipr": re.compile(
        r"专利|软件著作权|著作权|发明授权|\b(?:patents?|patented|copyright|trade secret)\b", _FLAGS
    ),
    "trl_date": re.compile(r"(?:19|20)\d\d"),
    "trl_evidence": re.compile(
        r"报告|验收|测试|检测|鉴定|试验|认证|report|accept|test|certif|trial|validat|qualif|demonstrat",
        _FLAGS,
    ),
    "trl_use": re.compile(
        r"样机|整机|部件|系统|用于|产线|现场|用户|示范|装置|一体机|设备|prototype|line|field|site|"
        r"unit|system|plant|user|pilot|"
        r"demonstrator|component",
        _FLAGS,
    ),
}

# Praise that says nothing unless a number stands beside it.
VAGUE = re.compile(
    r"高性能|高效率?|先进|优良|优异|良好|较[好高低快强]|更[好高低快强]|低成本|大幅|显著|国际领先|"
    r"国内领先|世界一流|一流|高精度|高可靠性?|高强度|高质量|"
    r"轻量化|智能化|快速|稳定可靠|\b(?:high[- ](?:performance|quality|precision|efficiency|speed|"
    r"strength)|advanced|efficient|robust|"
    r"state[- ]of[- ]the[- ]art|cutting[- ]edge|world[- ]class|low[- ]cost|significant(?:ly)?|better|"
    r"faster|cheaper|"
    r"innovative|novel|superior|excellent)\b",
    _FLAGS,
)
