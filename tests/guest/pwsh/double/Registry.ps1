# The registry: paths of HKLM: in the state; everything else goes to the file system as always.

function ConvertTo-DoubleKey {
    # The key's name in the state, or null for a path that is not of the registry.
    param([AllowNull()][AllowEmptyString()][string]$Path)
    if ($Path -notmatch '^(HKLM:|HKEY_LOCAL_MACHINE|Registry::HKEY_LOCAL_MACHINE)[\\/]?') {
        return $null
    }
    return ($Path.Substring($Matches[0].Length) -replace '/', '\').Trim('\').ToLowerInvariant()
}

function ConvertFrom-DoubleValue {
    # A value as the registry gives it back: a DWord is a signed 32-bit number.
    param([Parameter(Mandatory = $true)][hashtable]$Entry)
    if ('DWord' -eq $Entry['type']) {
        return [int]$Entry['value']
    }
    return $Entry['value']
}

function Test-Path {
    [CmdletBinding()]
    param(
        [Parameter(Position = 0)][string]$Path,
        [string]$LiteralPath,
        [string]$PathType
    )
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    $key = ConvertTo-DoubleKey -Path ($LiteralPath + $Path)
    if ($null -eq $key) {
        return (Microsoft.PowerShell.Management\Test-Path @PSBoundParameters)
    }
    return (Read-DoubleState)['registry'].ContainsKey($key)
}

function Get-Item {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [switch]$Force)
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    $key = ConvertTo-DoubleKey -Path ($LiteralPath + $Path)
    if ($null -eq $key) {
        return (Microsoft.PowerShell.Management\Get-Item @PSBoundParameters)
    }
    $state = Read-DoubleState
    if (-not $state['registry'].ContainsKey($key)) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Cannot find path {0}{1} because it does not exist.' -f $LiteralPath, $Path)
        return
    }
    $values = $state['registry'][$key]['values']
    $item = [pscustomobject]@{ Name = 'HKEY_LOCAL_MACHINE\' + $key; PSChildName = ($key -split '\\')[-1]; Property = [string[]]@($values.Keys); Values = $values }
    return Add-DoubleMethod -Object $item -Method @{
        GetValue      = {
            param($Name, $Default)
            if (-not $this.Values.ContainsKey($Name)) {
                return $Default
            }
            return (ConvertFrom-DoubleValue -Entry $this.Values[$Name])
        }
        GetValueNames = { [string[]]@($this.Values.Keys) }
        Close         = { return }
    }
}

function Get-ItemProperty {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [Parameter(Position = 1)][string[]]$Name)
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    $key = ConvertTo-DoubleKey -Path ($LiteralPath + $Path)
    if ($null -eq $key) {
        return (Microsoft.PowerShell.Management\Get-ItemProperty @PSBoundParameters)
    }
    $state = Read-DoubleState
    if (-not $state['registry'].ContainsKey($key)) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Cannot find path {0}{1} because it does not exist.' -f $LiteralPath, $Path)
        return
    }
    $values = $state['registry'][$key]['values']
    $found = [ordered]@{}
    foreach ($one in $values.Keys) {
        if ($null -eq $Name -or $Name -contains $one) {
            $found[$one] = ConvertFrom-DoubleValue -Entry $values[$one]
        }
    }
    if ($null -ne $Name -and $found.Count -eq 0) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Property {0} does not exist.' -f ($Name -join ', ')) -Category InvalidArgument
        return
    }
    return [pscustomobject]$found
}

function Get-ItemPropertyValue {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [Parameter(Position = 1)][string]$Name)
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    return (Get-ItemProperty @PSBoundParameters).$Name
}

function New-Item {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$Name, [string]$ItemType, [object]$Value, [switch]$Force)
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    $key = ConvertTo-DoubleKey -Path $Path
    if ($null -eq $key) {
        return (Microsoft.PowerShell.Management\New-Item @PSBoundParameters)
    }
    Add-DoubleCall -Command 'New-Item' -Parameter $PSBoundParameters
    if ($Name) {
        $key = '{0}\{1}' -f $key, $Name.ToLowerInvariant()
    }
    Edit-DoubleState -Body {
        param($state)
        $parts = $key -split '\\'
        for ($i = 0; $i -lt $parts.Count; $i++) {
            $one = $parts[0..$i] -join '\'
            if (-not $state['registry'].ContainsKey($one)) {
                $state['registry'][$one] = @{ values = @{}; volatile = $false }
            }
        }
    }
    return Get-Item -LiteralPath ('HKLM:\' + $key)
}

function New-ItemProperty {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [string]$Name, [object]$Value, [string]$PropertyType = 'String', [switch]$Force)
    Add-DoubleCall -Command 'New-ItemProperty' -Parameter $PSBoundParameters
    $key = ConvertTo-DoubleKey -Path ($LiteralPath + $Path)
    if ($null -eq $key -or -not (Read-DoubleState)['registry'].ContainsKey($key)) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Cannot find path {0}{1} because it does not exist.' -f $LiteralPath, $Path)
        return
    }
    Edit-DoubleState -Body {
        param($state)
        $stored = [string]$Value
        if ('DWord' -eq $PropertyType) {
            $stored = [int]$Value
        }
        $state['registry'][$key]['values'][$Name] = @{ value = $stored; type = $PropertyType }
    }
    return Get-ItemProperty -LiteralPath ('HKLM:\' + $key) -Name $Name
}

function Set-ItemProperty {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [string]$Name, [object]$Value, [string]$Type)
    if (-not $Type) {
        $Type = 'String'
        if ($Value -is [int]) {
            $Type = 'DWord'
        }
    }
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    $null = New-ItemProperty -LiteralPath ($LiteralPath + $Path) -Name $Name -Value $Value -PropertyType $Type
}

function Remove-ItemProperty {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [Parameter(Position = 1)][string]$Name, [switch]$Force)
    Add-DoubleCall -Command 'Remove-ItemProperty' -Parameter $PSBoundParameters
    $key = ConvertTo-DoubleKey -Path ($LiteralPath + $Path)
    $state = Read-DoubleState
    if ($null -eq $key -or -not $state['registry'].ContainsKey($key) -or -not $state['registry'][$key]['values'].ContainsKey($Name)) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Property {0} does not exist at path {1}{2}.' -f $Name, $LiteralPath, $Path)
        return
    }
    Edit-DoubleState -Body { param($state) $state['registry'][$key]['values'].Remove($Name) }
}

function Remove-Item {
    [CmdletBinding()]
    param([Parameter(Position = 0)][string]$Path, [string]$LiteralPath, [switch]$Force, [switch]$Recurse, [switch]$Confirm)
    $ErrorActionPreference = Get-CallerPreference -Cmdlet $PSCmdlet
    $key = ConvertTo-DoubleKey -Path ($LiteralPath + $Path)
    if ($null -eq $key) {
        Microsoft.PowerShell.Management\Remove-Item @PSBoundParameters
        return
    }
    Add-DoubleCall -Command 'Remove-Item' -Parameter $PSBoundParameters
    if (-not (Read-DoubleState)['registry'].ContainsKey($key)) {
        Write-DoubleError -Cmdlet $PSCmdlet -Message ('Cannot find path {0}{1} because it does not exist.' -f $LiteralPath, $Path)
        return
    }
    Edit-DoubleState -Body {
        param($state)
        foreach ($one in @($state['registry'].Keys)) {
            if ($one -eq $key -or $one.StartsWith($key + '\')) {
                $state['registry'].Remove($one)
            }
        }
    }
}

function Set-DoubleVolatileMark {
    # A volatile key, which PowerShell's own cmdlets cannot make.
    param([string]$Name)
    $null = New-Item -Path ('HKLM:\SOFTWARE\PeerLab\' + $Name) -Force
    $key = ConvertTo-DoubleKey -Path ('HKLM:\SOFTWARE\PeerLab\' + $Name)
    Edit-DoubleState -Body { param($state) $state['registry'][$key]['volatile'] = $true }
}
